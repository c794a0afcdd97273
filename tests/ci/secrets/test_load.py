"""Secrets from the environment, from a folder and from SOPS; what is wrong is told at once and without a value."""

from __future__ import annotations

import copy
import json
import pickle
import resource
from pathlib import Path
from typing import Any

import pytest

from antrea_ci import redaction
from antrea_ci.errors import MissingRequirementError
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.secrets import age_identities, load
from support.canary import plant, sops
from support.small import cluster_repo

PLANTED = plant()
LOGIN = "ANTREA_GITOPS_SECRET_"
PULL = "ANTREA_GITOPS_PULL_SECRET"
IDENTITY = "ANTREA_GITOPS_AGE_IDENTITY"
USED = [PULL, "ANTREA_GITOPS_VCENTER_USERNAME", "ANTREA_GITOPS_VCENTER_PASSWORD", f"{LOGIN}REGISTRY", IDENTITY]


def cluster_of(root: Path, /, **secrets: Any) -> Cluster:
    cluster, findings = examine(cluster_repo(root, secrets=secrets))
    assert cluster is not None, findings
    return cluster


def refused(cluster: Cluster, environment: dict[str, str]) -> str:
    with pytest.raises(MissingRequirementError) as caught:
        load(cluster, "install", environment)
    return caught.value.as_text()


def test_a_process_that_holds_secrets_leaves_no_core(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        load(cluster_of(tmp_path / "a"), "install", PLANTED.environment)
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def test_from_the_environment(tmp_path: Path) -> None:
    secrets = load(cluster_of(tmp_path / "a"), "install", PLANTED.environment)
    assert [secrets.get(name) for name in USED] == [PLANTED.environment[name] for name in USED]
    assert secrets.login(f"{LOGIN}REGISTRY") == ("user", PLANTED.marks["registry"])
    assert secrets.get(f"{LOGIN}NUTANIX") is None, "what is not needed is not taken"


def test_from_mounted_files_with_the_line_break_that_an_editor_leaves(tmp_path: Path) -> None:
    folder = PLANTED.write_folder(tmp_path / "mounted")
    secrets = load(cluster_of(tmp_path / "a", provider="file", folder=str(folder)), "install", {})
    assert secrets.get("ANTREA_GITOPS_VCENTER_PASSWORD") == PLANTED.marks["vcenter"]
    assert secrets.login(f"{LOGIN}REGISTRY") == ("user", PLANTED.marks["registry"])
    assert json.loads(secrets.get(PULL) or "")["auths"]


def test_a_variable_names_another_folder(tmp_path: Path) -> None:
    folder = PLANTED.write_folder(tmp_path / "mounted")
    secrets = load(cluster_of(tmp_path / "a", provider="file"), "install", {"ANTREA_GITOPS_SECRETS_DIR": str(folder)})
    assert secrets.get(PULL)


@pytest.mark.parametrize("as_path", [False, True])
def test_from_sops_with_the_identity_or_its_path_in_the_environment(tmp_path: Path, *, as_path: bool) -> None:
    cluster = cluster_of(tmp_path / "a", provider="sops")
    PLANTED.write_sops(cluster.repo.root / "secrets.sops.yaml")
    (tmp_path / "identity").write_text(f"# created: today\n{PLANTED.marks['identity']}\n")
    identity = str(tmp_path / "identity") if as_path else PLANTED.marks["identity"]
    secrets = load(cluster, "install", {"PATH": str(sops().parent), "HOME": str(tmp_path), IDENTITY: identity})
    assert secrets.get("ANTREA_GITOPS_VCENTER_PASSWORD") == PLANTED.marks["vcenter"]
    assert secrets.login(f"{LOGIN}REGISTRY") == ("user", PLANTED.marks["registry"])
    assert age_identities(secrets) == (PLANTED.marks["identity"],)


def test_sops_without_the_program_without_the_file_and_with_another_identity(tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path / "a", provider="sops")
    assert "the encrypted file secrets.sops.yaml is not there" in refused(cluster, {})
    PLANTED.write_sops(cluster.repo.root / "secrets.sops.yaml")
    assert "github.com/getsops/sops" in refused(cluster, {"PATH": str(tmp_path)})
    environment = {"PATH": str(sops().parent), "HOME": str(tmp_path)}
    assert f"into {IDENTITY}" in refused(cluster, environment)
    other = plant().marks["identity"]
    told = refused(cluster, {**environment, IDENTITY: other})
    assert "updatekeys" in told
    assert other not in told


def test_only_the_child_that_decrypts_gets_the_identity_and_no_other_secret(tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path / "a", provider="sops")
    (cluster.repo.root / "secrets.sops.yaml").write_text("{}")
    program = tmp_path / "sops"
    program.write_text(
        f'#!/bin/sh\n/usr/bin/env > "{tmp_path}/seen"\necho "$@" > "{tmp_path}/arguments"\necho "{{}}"\n'
    )
    program.chmod(0o755)
    refused(cluster, {"PATH": str(tmp_path), **PLANTED.environment})
    seen = (tmp_path / "seen").read_text()
    assert f"SOPS_AGE_KEY={PLANTED.marks['identity']}\n" in seen
    assert "ANTREA_GITOPS" not in seen
    assert PLANTED.marks["github token"] not in seen
    assert PLANTED.marks["identity"] not in (tmp_path / "arguments").read_text()


def test_a_value_that_sops_gives_as_a_number_is_refused_because_digits_may_be_lost(tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path / "a", provider="sops")
    (cluster.repo.root / "secrets.sops.yaml").write_text("{}")
    program = tmp_path / "sops"
    program.write_text("#!/bin/sh\necho '{\"ANTREA_GITOPS_VCENTER_PASSWORD\": 7711}'\n")
    program.chmod(0o755)
    told = refused(cluster, {"PATH": f"{tmp_path}:/bin:/usr/bin"})
    assert "the key ANTREA_GITOPS_VCENTER_PASSWORD of secrets.sops.yaml is read as a number" in told
    assert "7711" not in told


def test_everything_that_is_missing_or_malformed_is_told_at_once_without_a_value(tmp_path: Path) -> None:
    environment = {PULL: "no-json-41", f"{LOGIN}REGISTRY": "no-colon-42", IDENTITY: "/no/such/file-43"}
    told = refused(cluster_of(tmp_path / "a"), environment)
    for line in (
        f"the variable {PULL} is no pull secret: it is not JSON",
        "the variable ANTREA_GITOPS_VCENTER_USERNAME is missing: the user of vCenter",
        "the variable ANTREA_GITOPS_VCENTER_PASSWORD is missing",
        f"the variable {LOGIN}REGISTRY is not written as user:password",
        f"the variable {IDENTITY} is neither an age identity",
    ):
        assert line in told
    assert not [value for value in ("no-json-41", "no-colon-42", "file-43") if value in told]


@pytest.mark.parametrize("value", ['{"auths": {}}', '{"auths": {"a": {"auth": "?"}}}', "[]", "/no/such/path"])
def test_a_pull_secret_that_cannot_be_one(tmp_path: Path, value: str) -> None:
    told = refused(cluster_of(tmp_path / "a"), {**PLANTED.environment, PULL: value})
    assert f"1 secret cannot be had:\n    the variable {PULL} " in told


def test_an_empty_value_is_a_missing_one(tmp_path: Path) -> None:
    assert f"{PULL} is missing" in refused(cluster_of(tmp_path / "a"), {**PLANTED.environment, PULL: " \n"})


def test_the_site_has_names_of_its_own(tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path / "a", provider="env", names={PULL: "OCP_PULL"})
    moved = {"OCP_PULL" if name == PULL else name: value for name, value in PLANTED.environment.items()}
    assert load(cluster, "install", moved).get(PULL) == PLANTED.environment[PULL]
    assert "the variable OCP_PULL is missing" in refused(cluster, PLANTED.environment)


def test_values_that_may_be_paths_are_read(tmp_path: Path) -> None:
    environment = dict(PLANTED.environment)
    for name in (PULL, IDENTITY):
        (tmp_path / name).write_text(environment[name])
        environment[name] = str(tmp_path / name)
    secrets = load(cluster_of(tmp_path / "a"), "install", environment)
    assert [secrets.get(name) for name in (PULL, IDENTITY)] == [PLANTED.environment[name] for name in (PULL, IDENTITY)]


def test_an_ssh_key_is_an_identity_too(tmp_path: Path) -> None:
    key = PLANTED.environment["ANTREA_GITOPS_NSX_TLS_KEY"].replace("PRIVATE", "OPENSSH PRIVATE")
    secrets = load(cluster_of(tmp_path / "a"), "install", {**PLANTED.environment, IDENTITY: key})
    assert age_identities(secrets) == (key,)


def test_redaction_knows_everything_afterwards_even_if_something_was_missing(tmp_path: Path) -> None:
    environment = {name: value for name, value in PLANTED.environment.items() if name != PULL}
    refused(cluster_of(tmp_path / "a"), environment)
    assert redaction.text(f"{PLANTED.marks['vcenter']} {PLANTED.marks['github token']}") == "*** ***"


def test_a_public_key_and_an_optional_secret_that_is_not_there_are_no_matter(tmp_path: Path) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPublic core@example.com"
    environment = {name: PLANTED.environment[name] for name in USED[:3]} | {"ANTREA_GITOPS_SSH_KEY": key}
    secrets = load(cluster_of(tmp_path / "a"), "install", environment)
    assert secrets.get("ANTREA_GITOPS_SSH_KEY") == key
    assert redaction.text(key) == key


@pytest.mark.parametrize("instead", ["AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"])
def test_aws_has_other_ways_to_a_login(tmp_path: Path, instead: str) -> None:
    repo = cluster_repo(tmp_path / "a")
    text = repo.install_config_file.read_text()
    repo.install_config_file.write_text(
        text.replace("  vsphere:", "  aws: {region: eu-central-1}\nignored:\n  vsphere:")
    )
    cluster, _ = examine(repo)
    assert cluster is not None
    with pytest.raises(MissingRequirementError, match="AWS_ACCESS_KEY_ID is missing"):
        load(cluster, "destroy", {})
    assert load(cluster, "destroy", {instead: "ci"}).values() == ()


def test_secrets_are_neither_shown_nor_written() -> None:
    from antrea_ci.secrets import Secrets

    secrets = Secrets({"NAME": "value-1"})
    assert repr(secrets) == str(secrets) == "Secrets(NAME)"
    assert "value-1" not in f"{secrets!r:>40}"
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not written"):
            write(secrets)


def test_in_a_pipeline_of_github_they_are_masked_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    redaction.guard_streams()
    redaction.learn([PLANTED.marks["vcenter"]])
    folder = PLANTED.write_folder(tmp_path / "mounted")
    cluster = cluster_of(tmp_path / "a", provider="file", folder=str(folder))
    load(cluster, "install", {"GITHUB_ACTIONS": "true"})
    print(f"later {PLANTED.marks['vcenter']}")
    redaction.release_streams()
    lines = capsys.readouterr().out.splitlines()
    assert f"::add-mask::{PLANTED.marks['vcenter'].replace('%', '%25')}" in lines
    assert lines[-1] == "later ***"
    assert all(line.startswith("::add-mask::") for line in lines[:-1])


def test_where_stdout_is_an_answer_masks_go_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(cluster_of(tmp_path / "a"), "backup", {**PLANTED.environment, "GITHUB_ACTIONS": "true"})
    out, err = capsys.readouterr()
    assert out == ""
    assert f"::add-mask::{PLANTED.marks['identity']}" in err.splitlines()


def test_elsewhere_nothing_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(cluster_of(tmp_path / "a"), "install", PLANTED.environment)
    assert capsys.readouterr() == ("", "")
