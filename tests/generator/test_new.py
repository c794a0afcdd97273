"""``new``: from answers and an archive to a committed cluster repository, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from antrea_ci.checks import check
from antrea_ci.facts import facts
from antrea_ci.files import read_tree
from antrea_ci.repo import ClusterRepo
from support.bundles import SHARED_BUNDLES, below, bundle_files, deploy_tree, write_archive
from support.certificates import CERTIFICATE
from support.repos import (
    SHARED,
    Ran,
    build,
    git,
    install_spec,
    objects,
    operator_image_of,
    rendered,
    run,
    spawn,
    template_copy,
    tree_of,
    without_nulls,
)

# The values of ../shared/article.answers.yml, so that this is tested without it.
ARTICLE = {
    "cluster_name": "ocp",
    "base_domain": "example.com",
    "flavour": "openshift",
    "openshift_version": "4.12.45",
    "platform": "vsphere",
    "machine_network": "10.1.224.0/24",
    "cluster_network": "10.128.0.0/14",
    "host_prefix": 23,
    "service_network": "172.30.0.0/16",
    "api_vip": "10.1.224.10",
    "ingress_vip": "10.1.224.11",
    "operator_image": "docker.io/lab/antrea-operator:v1.13.1_vmware.1",
    "antrea_image": "docker.io/lab/antrea-ubi:v1.13.1_vmware.1",
    "control_plane_replicas": 3,
    "compute_replicas": 3,
}


def write_answers(path: Path, answers: dict[str, object]) -> Path:
    path.write_text(yaml.safe_dump(answers, sort_keys=False))
    return path


@pytest.fixture
def article(tmp_path: Path) -> Path:
    return write_answers(tmp_path / "article.answers.yml", ARTICLE)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_archive(tmp_path / "deploy.tar.gz")


def check_article(repo: Path, kustomize: Path) -> None:
    """What issue 3 asks of the main job."""
    assert git(repo, "status", "--porcelain", "--ignored") == ""
    assert git(repo, "rev-list", "--count", "HEAD") == "1"
    assert git(repo, "branch", "--show-current") == "main"
    assert git(repo, "log", "-1", "--format=%ae") == "test@example.com"
    found = rendered(repo)
    assert operator_image_of(found) == ARTICLE["operator_image"]
    assert install_spec(found)["antreaImage"] == ARTICLE["antrea_image"]
    assert "Replace" not in str(found)
    built = objects(build(kustomize, repo))
    assert len(found) == len(built)
    assert found == built
    config = yaml.safe_load((repo / "install-config.yaml").read_text())
    assert config["networking"]["networkType"] == "antrea"
    assert config["networking"]["machineNetwork"] == [{"cidr": "10.1.224.0/24"}]
    assert (config["platform"]["vsphere"]["apiVIPs"], config["metadata"]["name"]) == (["10.1.224.10"], "ocp")
    assert run("render", "--check", cwd=repo).code == 0
    assert {finding.rule for finding in check(ClusterRepo(repo))} == {
        "drift/requirements-unlocked",
        "drift/tools-unlocked",
    }


def test_the_article_with_a_small_bundle(tmp_path: Path, article: Path, archive: Path, kustomize: Path):
    done = run("new", tmp_path / "ocp", "--data-file", article, "--bundle", archive, "--defaults")
    assert done.code == 0, done.err
    assert f"made {tmp_path / 'ocp'}, commit {git(tmp_path / 'ocp', 'rev-parse', 'HEAD')[:12]}" in done.out
    check_article(tmp_path / "ocp", kustomize)
    stored = {name: data for name, data in read_tree(tmp_path / "ocp/antrea/bundle").items() if name in bundle_files()}
    assert stored == bundle_files()


@pytest.mark.skipif(not SHARED_BUNDLES.is_dir(), reason="../shared/antrea-bundles is not here")
def test_the_article_with_the_vendors_archive(tmp_path: Path, kustomize: Path):
    archive = SHARED_BUNDLES / "vendor-shaped-1.8.0-deploy.tar.gz"
    answers = SHARED / "article.answers.yml"
    done = run("new", tmp_path / "ocp", "--data-file", answers, "--bundle", archive, "--defaults")
    assert done.code == 0, done.err
    check_article(tmp_path / "ocp", kustomize)
    # The unfilled certificate is phase 2's: seven of the eight objects are installed with the cluster.
    assert len(rendered(tmp_path / "ocp")) == 7


def test_only_the_phase_one_objects_and_the_answers_differ_from_the_vendors(tmp_path: Path, article: Path):
    files = {
        **bundle_files(),
        "extra.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: antrea-operator}\n",
    }
    archive = write_archive(tmp_path / "deploy.tar.gz", below("openshift", files))
    assert run("new", tmp_path / "ocp", "--data-file", article, "--bundle", archive, "--defaults").code == 0
    vendor = objects("\n---\n".join(data.decode() for data in files.values()))
    ours = rendered(tmp_path / "ocp")
    assert set(ours) == set(vendor)
    differing = {key for key in ours if ours[key] != without_nulls(vendor[key])}
    assert differing == {
        "Deployment/antrea-operator/antrea-operator",
        "AntreaInstall/antrea-operator/antrea-install",
    }


# --- Answers ----------------------------------------------------------------------------------------------------------


def refused(tmp_path: Path, *argv: str | Path) -> Ran:
    """A run of ``new`` that must fail, leave no destination and nothing beside it."""
    before = sorted(path.name for path in tmp_path.iterdir())
    done = run("new", tmp_path / "ocp", *argv, "--defaults")
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert done.out == ""
    return done


def test_every_problem_is_told_at_once_each_with_its_line(tmp_path: Path):
    answers = tmp_path / "bad.yml"
    answers.write_text(
        "cluster_name: OCP\n"
        "machine_network: 10.1.224.1/24\n"
        "cluster_network: 10.128.0.0/14\n"
        "service_network: 10.129.0.0/16\n"
        "ingress_vip: 10.9.0.1\n"
        "antrea_image: antrea-ubi\n"
        "vsphere_netwrok: VM Network\n"
        "openshift_version: 4.12\n"
    )
    done = refused(tmp_path, "--data-file", answers, "--data", "default_mtu=none")
    assert done.code == 1
    for line, rule in (
        (1, "answers/value"),
        (2, "network/cidr"),
        (4, "network/overlap"),
        (6, "answers/value"),
        (7, "answers/unknown"),
        (8, "answers/value"),
    ):
        assert any(
            text.startswith(f"{answers}:{line}:") and text.endswith(f"[{rule}]") for text in done.err.splitlines()
        ), (line, rule, done.err)
    assert "--data: error: `default_mtu`" in done.err
    assert "10.1.224.0/24" in done.err  # what to write instead of 10.1.224.1/24
    assert "put it into quotes" in done.err  # 4.12 is a number
    assert "Traceback" not in done.err


def test_an_unknown_question_is_an_error_with_the_nearest_name(tmp_path: Path):
    done = refused(tmp_path, "--data", "machine_netwrok=10.0.0.0/16")
    assert done.code == 1
    assert "--data: error: there is no question `machine_netwrok`" in done.err
    assert "machine_network" in done.err
    assert "[answers/unknown]" in done.err


def test_a_pair_wins_over_the_data_file(tmp_path: Path, article: Path):
    assert run("new", tmp_path / "ocp", "--data-file", article, "--data", "cluster_name=other", "--defaults").code == 0
    config = yaml.safe_load((tmp_path / "ocp/install-config.yaml").read_text())
    assert config["metadata"]["name"] == "other"


def test_a_virtual_address_outside_the_machine_network_is_refused(tmp_path: Path):
    done = refused(tmp_path, "--data", "machine_network=10.1.224.0/24", "--data", "api_vip=10.2.0.1")
    assert done.code == 1
    assert "--data: error: api_vip: 10.2.0.1 is not in 10.1.224.0/24 [network/vip-outside]" in done.err


def test_a_data_file_that_is_not_there_is_wrong_usage(tmp_path: Path):
    done = refused(tmp_path, "--data-file", tmp_path / "none.yml")
    assert done.code == 2
    assert "none.yml: No such file or directory" in done.err


def test_a_pair_without_a_value_is_wrong_usage(tmp_path: Path):
    done = refused(tmp_path, "--data", "cluster_name")
    assert done.code == 2
    assert "write it as NAME=VALUE" in done.err


def test_a_path_of_a_trust_bundle_becomes_its_certificates(tmp_path: Path):
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    answers = write_answers(tmp_path / "answers.yml", {"additional_trust_bundle": "ca.pem"})
    assert run("new", tmp_path / "ocp", "--data-file", answers, "--defaults").code == 0
    assert yaml.safe_load((tmp_path / "ocp/install-config.yaml").read_text())["additionalTrustBundle"] == CERTIFICATE


def test_a_private_key_in_the_trust_bundle_is_refused(tmp_path: Path):
    (tmp_path / "ca.pem").write_text("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n")
    answers = write_answers(tmp_path / "answers.yml", {"additional_trust_bundle": "ca.pem"})
    done = refused(tmp_path, "--data-file", answers)
    assert done.code == 1
    assert f"{answers}:1:1: error: `additional_trust_bundle`" in done.err
    assert "private key" in done.err
    assert "MIIB" not in done.err


# --- The bundle -------------------------------------------------------------------------------------------------------

SPLIT = ("antreaAgentImage", "antreaControllerImage")


@pytest.fixture
def split(tmp_path: Path) -> Path:
    tree = deploy_tree(openshift=bundle_files("openshift", image_fields=SPLIT))
    return write_archive(tmp_path / "split.tar.gz", tree)


def test_a_split_bundle_without_its_images_is_refused_by_the_names_of_the_answers(
    tmp_path: Path, article: Path, split: Path
):
    done = refused(tmp_path, "--data-file", article, "--bundle", split)
    assert done.code == 1
    for name, field in (("agent", "antreaAgentImage"), ("controller", "antreaControllerImage")):
        assert f"error: `images.{name}` is missing: the bundle's CRD has the field {field} [images/missing]" in done.err
        assert f"(answer: {name}_image)" in done.err


def test_a_split_bundle_gets_both_images(tmp_path: Path, split: Path):
    images = {
        "operator_image": "r.example.org/antrea-operator:v2.1.0",
        "agent_image": "r.example.org/antrea-agent-ubi:v2.1.0",
        "controller_image": "r.example.org/antrea-controller-ubi:v2.1.0",
    }
    answers = write_answers(tmp_path / "answers.yml", {**images, "feature_gates": {"BGPPolicy": True}})
    done = run("new", tmp_path / "ocp", "--data-file", answers, "--bundle", split, "--defaults")
    assert done.code == 0, done.err
    spec = install_spec(rendered(tmp_path / "ocp"))
    assert (spec["antreaAgentImage"], spec["antreaControllerImage"]) == (
        images["agent_image"],
        images["controller_image"],
    )
    assert yaml.safe_load(spec["antreaAgentConfig"])["featureGates"] == {"BGPPolicy": True}
    assert "antreaImage" not in spec


def test_a_broken_archive_leaves_nothing(tmp_path: Path, article: Path):
    (tmp_path / "deploy.tar.gz").write_bytes(b"\x1f\x8b not an archive")
    done = refused(tmp_path, "--data-file", article, "--bundle", tmp_path / "deploy.tar.gz")
    assert done.code == 1
    assert "deploy.tar.gz" in done.err


def test_an_unknown_feature_gate_is_refused_with_the_nearest_name(tmp_path: Path):
    done = refused(tmp_path, "--data", "feature_gates={Egres: true}")
    assert done.code == 1
    assert "[antrea/unknown-setting]" in done.err
    assert "cluster.yaml:" in done.err
    assert "Egress" in done.err


# --- The destination --------------------------------------------------------------------------------------------------


def test_an_occupied_destination_is_refused_and_stays(tmp_path: Path):
    (tmp_path / "ocp").mkdir()
    (tmp_path / "ocp" / "notes.txt").write_text("mine")
    done = run("new", tmp_path / "ocp", "--defaults")
    assert done.code == 2
    assert "exists and is not empty" in done.err
    assert read_tree(tmp_path) == {"ocp/notes.txt": b"mine"}


def test_a_file_or_link_at_the_destination_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    for name in ("file", "link"):
        done = run("new", tmp_path / name, "--defaults")
        assert (done.code, "exists and is no folder" in done.err) == (2, True)
    assert read_tree(tmp_path) == {"file": b"mine"}


def test_an_empty_destination_and_missing_parents_are_fine(tmp_path: Path):
    (tmp_path / "ocp").mkdir()
    assert run("new", tmp_path / "ocp", "--defaults").code == 0
    assert run("new", tmp_path / "a" / "b" / "ocp", "--defaults").code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "ocp"]


def test_a_refused_run_leaves_an_empty_destination_empty(tmp_path: Path):
    (tmp_path / "ocp").mkdir()
    assert run("new", tmp_path / "ocp", "--defaults", "--data", "feature_gates={No: true}").code == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["ocp"]


def test_nothing_stays_in_the_temporary_folder(tmp_path: Path):
    (tmp_path / "tmp").mkdir()
    assert spawn("new", tmp_path / "ocp", "--defaults", env={"TMPDIR": str(tmp_path / "tmp")}).code == 0
    assert list((tmp_path / "tmp").iterdir()) == []


# --- Where it came from -----------------------------------------------------------------------------------------------


def test_the_answers_file_names_the_templates_public_home(tmp_path: Path):
    from antrea_ci import __version__

    assert run("new", tmp_path / "ocp", "--defaults", "--data", "cluster_name=blue").code == 0
    recorded = yaml.safe_load((tmp_path / "ocp/.copier-answers.yml").read_text())
    assert (recorded["_src_path"], recorded["_commit"]) == (facts("template")["url"], f"v{__version__}")
    assert recorded["cluster_name"] == "blue"
    assert str(tmp_path) not in (tmp_path / "ocp/.copier-answers.yml").read_text()


def test_a_template_that_cannot_be_used_is_one_clear_line(tmp_path: Path):
    done = refused(tmp_path, "--template", tmp_path / "nowhere")
    assert done.code == 1
    assert done.err.startswith(f"error: the template {tmp_path / 'nowhere'} cannot be used:")


def test_another_template_by_its_folder(tmp_path: Path):
    assert run("new", tmp_path / "ocp", "--defaults", "--template", template_copy()).code == 0
    assert git(tmp_path / "ocp", "status", "--porcelain") == ""


def test_a_template_that_could_run_code_is_refused(tmp_path: Path):
    folder = tmp_path / "template"
    folder.mkdir()
    (folder / "copier.yml").write_text(f"_tasks: ['touch {tmp_path}/owned']\n")
    (folder / "cluster.yaml").write_text("apiVersion: antrea-gitops/v1\n")
    done = refused(tmp_path, "--template", folder)
    assert done.code == 1
    assert "unsafe" in done.err
    assert not (tmp_path / "owned").exists()


# --- The same answers give the same tree ------------------------------------------------------------------------------


def test_the_same_tree_under_other_time_zone_locale_umask_user_and_folder(tmp_path: Path, article: Path, archive: Path):
    argv = ("--data-file", article, "--bundle", archive, "--defaults")
    settings = [
        {"TZ": "UTC", "LC_ALL": "C", "USER": "alice"},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "USER": "böb", "GIT_AUTHOR_NAME": "B", "PYTHONHASHSEED": "7"},
    ]
    trees = set()
    for number, (env, mask) in enumerate(zip(settings, ("022", "077"), strict=True)):
        parent = tmp_path / f"some where {number}"
        before = ("sh", "-c", f'umask {mask}; exec "$@"', "sh")
        done = spawn("new", parent / "ocp", *argv, env=env, before=before)
        assert done.code == 0, done.err
        trees.add(tree_of(parent / "ocp"))
    assert len(trees) == 1


def test_a_persons_git_settings_do_not_decide_what_is_committed(tmp_path: Path, article: Path):
    (tmp_path / "ignore").write_text("*.md\n")
    (tmp_path / "hooks").mkdir()
    hook = tmp_path / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / "gitconfig").write_text(
        f"[core]\n\texcludesFile = {tmp_path}/ignore\n\tautocrlf = true\n\thooksPath = {tmp_path}/hooks\n"
    )
    argv = ("--data-file", article, "--defaults")
    assert spawn("new", tmp_path / "a", *argv).code == 0
    other = spawn("new", tmp_path / "b", *argv, env={"GIT_CONFIG_GLOBAL": str(tmp_path / "gitconfig")})
    assert other.code == 0, other.err
    assert tree_of(tmp_path / "a") == tree_of(tmp_path / "b")
    # Without a name of the user's own there is still an author.
    assert git(tmp_path / "b", "log", "-1", "--format=%ae") == "antrea-gitops@localhost"


# --- Offline ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_network() -> tuple[str, ...]:
    import subprocess

    words = ("unshare", "--map-root-user", "--net")
    try:
        done = subprocess.run([*words, "true"], capture_output=True, check=False, timeout=20)
    except FileNotFoundError:
        pytest.skip("there is no unshare here")
    if done.returncode:
        pytest.skip(f"unshare is not permitted here: {done.stderr.decode().strip()}")
    return words


def test_new_render_and_check_work_without_any_network(
    tmp_path: Path, article: Path, archive: Path, kustomize: Path, no_network: tuple[str, ...]
):
    repo = tmp_path / "ocp"
    env = {"PATH": f"{kustomize.parent}{os.pathsep}{os.environ['PATH']}"}
    argv = ("--data-file", article, "--bundle", archive, "--defaults")
    done = spawn("new", repo, *argv, before=no_network, env=env)
    assert done.code == 0, done.err
    for verb in ("render", "render --check", "check --only images,schema"):
        done = spawn("-C", repo, *verb.split(), before=no_network, env=env)
        assert (done.code, done.out, done.err) == (0, "", "")
