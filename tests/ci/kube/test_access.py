"""Which kubeconfig opens the cluster, and where it lies while it does."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from antrea_ci import redaction
from antrea_ci.errors import MissingRequirementError
from antrea_ci.install.workdir import WorkDir
from antrea_ci.kube.access import KUBECONFIG, opened
from antrea_ci.model.effective import Cluster, load
from antrea_ci.secrets import Secrets
from antrea_ci.secrets import load as load_secrets
from support.small import cluster_repo

CANARY = "t0ken-canary-of-a-kubeconfig"


def text(token: str = CANARY) -> str:
    user = {"name": "admin", "user": {"token": token}}
    return json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "a"}], "users": [user]})


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that nobody calls."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kubectl").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")


def kubernetes(tmp_path: Path) -> Cluster:
    identity = {"name": "kube", "baseDomain": "example.com"}
    return load(cluster_repo(tmp_path / "kube", flavour="kubernetes", cluster=identity))


def test_the_secret_lies_in_a_file_for_its_owner_alone_and_is_gone_afterwards(tmp_path: Path) -> None:
    cluster = kubernetes(tmp_path)
    secrets = load_secrets(cluster, "apply", {KUBECONFIG: text()})
    with opened(cluster, secrets, kubeconfig=None, work_dir=None, environment={}) as api:
        assert api.kubeconfig.read_text() == text()
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (api.kubeconfig, api.kubeconfig.parent)]
        assert modes == [0o600, 0o700]
        assert api.source == f"the secret {KUBECONFIG}"
        scratch = api.kubeconfig.parent
    assert not scratch.exists()
    assert CANARY not in redaction.text(f"Bearer {CANARY}")
    assert redaction.text("kind: Config") == "kind: Config"


def test_a_file_that_is_named_goes_first_and_its_token_is_never_seen(tmp_path: Path) -> None:
    named = tmp_path / "named"
    named.write_text("users:\n- user:\n    token: another-canary-token\n")
    with opened(kubernetes(tmp_path), Secrets({KUBECONFIG: text()}), kubeconfig=named, work_dir=None) as api:
        assert api.kubeconfig == named
    assert "another-canary-token" not in redaction.text("it was another-canary-token")


def test_on_kubernetes_the_variable_of_kubectl_counts_and_on_openshift_the_work_folder(tmp_path: Path) -> None:
    (tmp_path / "of-kubectl").write_text(text())
    environment = {"KUBECONFIG": str(tmp_path / "of-kubectl")}
    with opened(kubernetes(tmp_path), Secrets({}), kubeconfig=None, work_dir=None, environment=environment) as api:
        assert api.kubeconfig == tmp_path / "of-kubectl"
    work = WorkDir.of("ocp", "example.com", tmp_path / "work")
    work.make()
    work.kubeconfig_file.parent.mkdir()
    work.kubeconfig_file.write_text(text("token-of-the-installer"))
    openshift = load(cluster_repo(tmp_path / "ocp"))
    with opened(openshift, Secrets({}), kubeconfig=None, work_dir=work.root, environment=environment) as api:
        assert "token-of-the-installer" in api.kubeconfig.read_text()
        assert api.source == f"the work folder {work.root}"


def test_without_any_the_ways_are_named(tmp_path: Path) -> None:
    with (
        pytest.raises(MissingRequirementError, match="KUBECONFIG is not set") as raised,
        opened(kubernetes(tmp_path), Secrets({}), kubeconfig=None, work_dir=None, environment={}),
    ):
        pass
    assert all(way in raised.value.fix for way in ("--kubeconfig", KUBECONFIG, "--work-dir", "vault"))


def test_what_is_no_kubeconfig_is_told_without_its_value(tmp_path: Path) -> None:
    with pytest.raises(MissingRequirementError, match="is neither a kubeconfig nor the path of one") as raised:
        load_secrets(kubernetes(tmp_path), "apply", {KUBECONFIG: CANARY})
    assert CANARY not in raised.value.as_text()
