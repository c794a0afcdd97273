"""The simulation agrees with what a real installer of 4.12 and 4.18 did (recordings beside the project)."""

from __future__ import annotations

import json
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from antrea_ci.installer_view import View, view
from support.bundles import bundle_files
from support.repos import SHARED

RECORDINGS = SHARED / "installer"
VERSIONS = ("4.12", "4.18")
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="needs ../shared")

# What the recording says of the files in its `what`; their bytes are not recorded.
SHAPES = {
    "manifests/.hidden.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: hidden}\n",
    "manifests/99_override.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: override}\n",
    "manifests/broken.yaml": "a: [\n",
    "manifests/comment.yaml": "# nothing else\n",
    "manifests/empty.yaml": "",
    "manifests/json.json": '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "json"}}\n',
    "manifests/kustomization.yaml": "resources: [a.yaml]\n",
    "manifests/multi.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n---\n"
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: two}\n",
    "manifests/plain.txt": "text\n",
    "manifests/sub/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: sub}\n",
    "manifests/upper.YAML": "apiVersion: v1\nkind: Namespace\nmetadata: {name: upper}\n",
    "manifests/yml.yml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: yml}\n",
}


@cache
def recording(version: str) -> dict[str, Any]:
    return json.loads((RECORDINGS / f"recording-{version}.json").read_text())


def folder_of(root: Path, version: str, platform: str = "none") -> Path:
    """What `create manifests` left, as the recording's run on this platform has it."""
    shutil.copytree(RECORDINGS / f"{version}-{platform}", root)
    for path in root.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    root.chmod(0o755)
    (root / ".openshift_install_state.json").write_text("{}")
    return root


def with_antrea(root: Path) -> Path:
    for name, data in bundle_files("openshift").items():
        (root / "manifests" / name).write_bytes(data)
    return root


def embedded_config(root: Path) -> str:
    """The install-config that made the manifests, as its author may have written it."""
    text = (root / "manifests/cluster-config.yaml").read_text()
    body = re.search(r"install-config: \|\n((?:    .*\n)+)", text)
    assert body
    return re.sub(r"(?m)^    ", "", body[1])


def in_bootstrap(version: str, situation: str) -> set[str]:
    found = recording(version)[situation]["bootstrap_ign_manifests"]
    return {path.removeprefix("/opt/openshift/") for path in found}


def consumed(seen: View) -> set[str]:
    return {item.file for item in seen.consumed}


def errors(seen: View) -> set[tuple[str, str]]:
    return {(finding.rule, finding.location.file) for finding in seen.findings if finding.is_error}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("platform", ["none", "vsphere", "baremetal"])
def test_what_create_manifests_leaves_is_consumed_and_has_no_fault(version: str, platform: str, tmp_path: Path):
    seen = view(folder_of(tmp_path / "it", version, platform), version)
    assert consumed(seen) == in_bootstrap(version, f"seed-procedure-{platform}") & consumed(seen)
    assert (seen.ignored, seen.refused, seen.findings) == ((), (), ())


@pytest.mark.parametrize("version", VERSIONS)
def test_the_usual_procedure(version: str, tmp_path: Path):
    root = folder_of(tmp_path / "it", version)
    for file in in_bootstrap(version, "seed-procedure-none"):
        if not (root / file).exists():
            name = file.rpartition("/")[2].removesuffix(".yaml").replace("_", "-")
            text = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: {name}}}\n"
            (root / file).write_text(text)
    seen = view(root, version)
    assert consumed(seen) == in_bootstrap(version, "seed-procedure-none")
    assert (seen.ignored, seen.refused, errors(seen)) == ((), (), set())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_shape(version: str, tmp_path: Path):
    root = folder_of(tmp_path / "it", version)
    steps = recording(version)["file-shapes"]["steps"][1:]
    for file, text in SHAPES.items():
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text(text)
    for step in steps[:-1]:
        for file in SHAPES.keys() - set(step["files_after"]):
            (root / file).unlink(missing_ok=True)
        named = set(re.findall(r"manifests/[\w.]+", step["stderr"]))
        seen = view(root, version)
        assert step["exit"] == 1
        assert named <= {item.file for item in seen.refused}
        assert named <= {file for _, file in errors(seen)}
    (root / "manifests/kustomization.yaml").unlink()
    seen = view(root, version)
    assert consumed(seen) == in_bootstrap(version, "file-shapes")
    assert seen.refused == ()
    assert {item.file for item in seen.ignored} == {
        "manifests/multi.yaml",
        "manifests/plain.txt",
        "manifests/sub/namespace.yaml",
        "manifests/upper.YAML",
    }
    assert errors(seen) == {("installer/several-documents", "manifests/multi.yaml")}
    assert all(finding.stricter for finding in seen.findings if finding.is_error)


@pytest.mark.parametrize("version", VERSIONS)
def test_without_cluster_config_the_manifests_are_made_anew(version: str, tmp_path: Path):
    root = with_antrea(folder_of(tmp_path / "it", version))
    (root / "manifests/cluster-config.yaml").unlink()
    seen = view(root, version)
    assert consumed(seen) == {file for file in in_bootstrap(version, "cluster-config-missing") if file[0] == "o"}
    assert {item.file for item in seen.ignored} == {f"manifests/{path.name}" for path in (root / "manifests").iterdir()}
    assert errors(seen) == {("installer/cluster-config-missing", "manifests")}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("spare", [False, True], ids=["whole", "without-defaults"])
def test_the_same_install_config_put_back_does_no_harm(version: str, spare: bool, tmp_path: Path):
    root = with_antrea(folder_of(tmp_path / "it", version))
    config = embedded_config(root).replace('pullSecret: ""', "pullSecret: '{}'")
    if spare:
        config = re.sub(r"(?m)^ *-? ?(architecture|hyperthreading|publish|additional\w+|creation\w+): .*\n", "", config)
        config = config.replace("compute:\n  name", "compute:\n- name")
    (root / "install-config.yaml").write_text("# mine\n" + config)
    seen = view(root, version)
    antrea = {f"manifests/{name}" for name in bundle_files("openshift")}
    assert antrea <= consumed(seen)
    assert {finding.rule for finding in seen.findings} == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_another_install_config_put_back_discards_everything(version: str, tmp_path: Path):
    root = with_antrea(folder_of(tmp_path / "it", version))
    config = embedded_config(root).replace("hostPrefix: 23", "hostPrefix: 24")
    (root / "install-config.yaml").write_text(config)
    seen = view(root, version)
    antrea = {f"manifests/{name}" for name in bundle_files("openshift")}
    assert consumed(seen) == set()
    assert antrea.isdisjoint(in_bootstrap(version, "changed-install-config-put-back"))
    assert antrea <= {item.file for item in seen.ignored}
    assert errors(seen) == {("installer/install-config-changed", "install-config.yaml")}
