"""``check`` over a whole repository: every rule of its families fires at its place, and a sound one has no finding."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from support.bundles import changed, crd, custom_resource, deploy_tree, write_archive
from support.repos import run

IMAGES = ["operator_image=r.io/a/op:v1.14.1", "antrea_image=r.io/a/antrea:v1.14.1"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "ocp"
    made = run("new", folder, "--defaults", *(part for image in IMAGES for part in ("--data", image)))
    assert made.code == 0, made.err
    return folder


@pytest.fixture
def repo(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "ocp", symlinks=True))


def edit(repo: Path, name: str, old: str, new: str) -> None:
    text = (repo / name).read_text()
    assert old in text, (name, old)
    (repo / name).write_text(text.replace(old, new, 1))


def rules(repo: Path) -> list[tuple[str, str]]:
    """Rule and ``file:line:column`` of every finding."""
    found = json.loads(run("check", "--format", "json", cwd=repo).out)["findings"]
    return [(item["rule"], f"{item['file']}:{item['line']}:{item['column']}") for item in found]


def test_a_sound_repository_has_no_finding_and_says_nothing(repo):
    ran = run("check", cwd=repo)
    assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "place"),
    [
        (
            "cluster.yaml",
            "trafficEncapMode: encap",
            "trafficEncapMod: encap",
            "cluster/unknown-key",
            "cluster.yaml:13:3",
        ),
        ("cluster.yaml", "defaultMTU: 0", "defaultMTU: big", "cluster/value", "cluster.yaml:17:15"),
        ("cluster.yaml", '"r.io/a/op:v1.14.1"', '"r.io/a/op:latest"', "cluster/value", "cluster.yaml:10:13"),
        ("cluster.yaml", "version: 4.12.45", "version: '4.12'", "cluster/value", "cluster.yaml:7:12"),
        ("cluster.yaml", "openshift:\n  version: 4.12.45\n", "", "cluster/missing-section", "cluster.yaml:3:1"),
        (
            "cluster.yaml",
            "featureGates: {}",
            "featureGates: {Egres: true}",
            "antrea/unknown-setting",
            "cluster.yaml:18:18",
        ),
        ("cluster.yaml", "agent: {}", "agent: {tunelPort: 1}", "antrea/unknown-setting", "cluster.yaml:20:11"),
        (
            "cluster.yaml",
            "flavour: openshift",
            "flavour: openshift\nflavour: x",
            "yaml/duplicate-key",
            "cluster.yaml:5:1",
        ),
        (
            "install-config.yaml",
            "networkType: antrea",
            "networkType: Antrea",
            "install-config/network-type",
            "install-config.yaml:15:16",
        ),
        ("install-config.yaml", '"10.0.0.2"', '"10.9.0.2"', "network/vip-outside", "install-config.yaml:32:9"),
        ("install-config.yaml", '"172.30.0.0/16"', '"10.128.0.0/16"', "network/overlap", "install-config.yaml:23:7"),
        ("install-config.yaml", "      hostPrefix: 23\n", "", "network/host-prefix", "install-config.yaml:20:7"),
        (
            "antrea/bundle/operator.yaml",
            "replicas: 1",
            "replicas: 2",
            "bundle/file-changed",
            "antrea/bundle/operator.yaml:0:0",
        ),
        (
            "antrea/overlays/install/kustomization.yaml",
            "  - ../../bundle",
            "  - ../../bundle\n  - https://example.com/more.yaml",
            "overlay/remote",
            "antrea/overlays/install/kustomization.yaml:8:5",
        ),
    ],
)
def test_a_fault_is_found_at_its_place(repo, file, old, new, rule, place):
    edit(repo, file, old, new)
    assert (rule, place) in rules(repo)
    assert run("check", cwd=repo).code == 1


def test_a_rendered_file_that_is_not_what_its_sources_give_is_named(repo):
    file = "rendered/install/cluster-network-04-antrea-10-namespace-antrea-operator.yaml"
    edit(repo, file, "antrea-operator", "other")
    assert rules(repo) == [("drift/stale", f"{file}:0:0")]


def test_faults_of_several_files_are_told_in_one_run(repo):
    edit(repo, "install-config.yaml", "networkType: antrea", "networkType: OVNKubernetes")
    edit(repo, "cluster.yaml", "featureGates: {}", "featureGates: {Egres: true}")
    edit(repo, "antrea/bundle/operator.yaml", "replicas: 1", "replicas: 2")
    assert {"install-config/network-type", "antrea/unknown-setting", "bundle/file-changed"} <= {
        rule for rule, _ in rules(repo)
    }


def test_an_example_registry_is_a_warning_that_fails_only_strictly(repo):
    edit(repo, "cluster.yaml", "r.io/a/op", "registry.example.com/a/op")
    assert run("render", cwd=repo).code == 0
    assert rules(repo) == [("images/example", "cluster.yaml:10:13")]
    assert (run("check", cwd=repo).code, run("check", "--strict", cwd=repo).code) == (0, 1)


def test_the_exit_code_does_not_depend_on_the_format(repo):
    edit(repo, "install-config.yaml", "networkType: antrea", "networkType: Antrea")
    assert [run("check", "--format", form, cwd=repo).code for form in ("text", "json")] == [1, 1]


def test_images_that_the_crd_has_no_field_for_are_left_over_and_missing_ones_are_errors(repo, tmp_path):
    split = ("antreaAgentImage", "antreaControllerImage")
    files = changed(crd=crd(split), cr=custom_resource("openshift", split))
    archive = write_archive(tmp_path / "deploy.tar.gz", deploy_tree(openshift=files))
    assert run("bundle", "import", archive, cwd=repo).code == 0
    run("render", cwd=repo)
    found = [rule for rule in rules(repo) if rule[0].startswith("images/")]
    assert ("images/missing", "cluster.yaml:9:1") in found
    assert ("images/unused", "cluster.yaml:11:3") in found
    assert any(rule == "images/placeholder" for rule, _ in found)


def test_the_field_that_the_crd_rejects_is_an_error_until_the_overlay_may_rename_it(repo, tmp_path):
    files = changed(cr=custom_resource("openshift").replace(b"antreaPlatform:", b"platform:"))
    archive = write_archive(tmp_path / "deploy.tar.gz", deploy_tree(openshift=files))
    assert run("bundle", "import", archive, cwd=repo).code == 0
    assert run("render", cwd=repo).code == 0
    assert [rule for rule, _ in rules(repo)] == ["bundle/platform-field"]
    edit(repo, "cluster.yaml", "antrea:\n  traffic", "bundle:\n  fixPlatformField: true\nantrea:\n  traffic")
    assert run("render", cwd=repo).code == 0
    assert rules(repo) == []


def test_several_repositories_are_told_apart(repo, tmp_path):
    other = Path(shutil.copytree(repo, tmp_path / "other", symlinks=True))
    edit(other, "install-config.yaml", "networkType: antrea", "networkType: Antrea")
    found = json.loads(run("check", repo, other, "--format", "json").out)["findings"]
    assert {item["file"] for item in found} == {f"{other}/install-config.yaml"}


def test_a_folder_that_is_no_cluster_repository_is_a_usage_error(tmp_path):
    ran = run("check", cwd=tmp_path)
    assert (ran.code, "it has no cluster.yaml" in ran.err) == (2, True)
