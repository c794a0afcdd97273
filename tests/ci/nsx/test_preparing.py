"""`nsx prepare`: what comes into the repository, and that nothing else does."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import yaml

from antrea_ci.bundle.errors import BundleError
from antrea_ci.errors import FindingsError
from antrea_ci.nsx.intake import take
from antrea_ci.repo import ClusterRepo
from support.interworking import BOOTSTRAP, FILES, INTERWORKING, VERSION, archive
from support.kustomize_once import build_once
from support.phase2 import IMAGE, MANAGERS, joining_by_resource, joining_repo, manifests, prepare
from support.repos import SHARED, run, snapshot
from support.small import edit, set_cluster

REAL = SHARED / "nsx" / "antrea-interworking-0.5.0.zip"
BUNDLE_OF_1_5 = SHARED / "antrea-bundles" / "vendor-shaped-1.5.0-deploy.tar.gz"
needs_shared = pytest.mark.skipif(not REAL.is_file(), reason="the data of ../shared is not here")


@pytest.fixture(scope="module", autouse=True)
def overlays() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        build_once(patch)
        yield


@pytest.fixture
def repo(tmp_path: Path) -> ClusterRepo:
    return joining_repo(tmp_path / "it")


def prepared(repo: ClusterRepo, source: Path | None = None) -> ClusterRepo:
    done = prepare(repo, source or archive(repo.root.parent / "interworking.zip"), keys=repo.root.parent / "keys")
    assert done.code == 0, done
    return repo


def built(kustomize: Path, repo: ClusterRepo, overlay: str) -> dict[str, Any]:
    """What the plain program builds, by ``kind/name``."""
    command = [kustomize, "build", f"antrea/overlays/{overlay}"]
    text = subprocess.run(command, cwd=repo.root, capture_output=True, check=True, timeout=60).stdout
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in yaml.safe_load_all(text)}


def images_of(objects: dict[str, Any]) -> set[str]:
    pods = [one["spec"]["template"]["spec"] for one in objects.values() if one["kind"] in ("Job", "Deployment")]
    return {container["image"] for pod in pods for container in pod["containers"]}


def bootstrap(repo: ClusterRepo) -> dict[str, Any]:
    text: str = manifests(repo.rendered_nsx)["ConfigMap/bootstrap-config"]["data"]["bootstrap.conf"]
    assert "dummy" not in text
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def test_the_vendors_files_come_byte_for_byte_and_become_this_clusters_objects(repo: ClusterRepo, kustomize: Path):
    prepared(repo)
    kept = {name for name in FILES if "/" not in name}
    assert {path.name for path in repo.interworking.iterdir()} - kept == {
        "interworking.lock.yaml",
        "kustomization.yaml",
    }
    assert all((repo.interworking / name).read_bytes() == FILES[name] for name in kept)
    found = manifests(repo.rendered_nsx)
    assert sorted(found) == [
        "ConfigMap/antrea-interworking-config",
        "ConfigMap/bootstrap-config",
        "ConfigMap/cluster-id",
        "Deployment/interworking",
        "Job/register",
        "Namespace/vmware-system-antrea",
        "ServiceAccount/register",
    ]
    assert found == built(kustomize, repo, "nsx"), "any engine builds what is committed"
    assert "data" not in found["ConfigMap/cluster-id"], "applied again it must not empty what the register job filled"
    assert images_of(found) == {IMAGE}
    assert bootstrap(repo) == {"clusterName": "ocp", "NSXManagers": MANAGERS, "vpcPath": ""}
    removal = manifests(repo.rendered_nsx_removal)
    assert sorted(removal) == ["Job/deregister"]
    assert removal == built(kustomize, repo, "nsx-remove")
    assert images_of(removal) == {IMAGE}


def test_prepared_again_nothing_changes_and_check_and_render_agree(repo: ClusterRepo):
    prepared(repo)
    before = snapshot(repo.root.parent)
    again = prepare(repo, repo.root.parent / "interworking.zip", keys=repo.root.parent / "keys")
    assert again.out.startswith("nothing in the repository changes")
    assert snapshot(repo.root.parent) == before
    assert run("render", "--check", cwd=repo.root).code == 0
    found = json.loads(run("check", "--format", "json", cwd=repo.root).out)["findings"]
    assert [one for one in found if one["rule"].startswith(("nsx/", "schema/", "drift/stale", "secrets/"))] == []


def test_no_byte_of_the_key_is_in_the_tree_or_in_what_is_printed(repo: ClusterRepo, tmp_path: Path):
    done = prepare(repo, archive(tmp_path / "a.zip"), "--format", "json", keys=tmp_path / "keys")
    told = json.loads(done.out)
    key = tmp_path / "keys" / "ANTREA_GITOPS_NSX_TLS_KEY"
    assert told["stored"] == {
        key.name: str(key),
        "ANTREA_GITOPS_NSX_TLS_CERT": str(key.with_name("ANTREA_GITOPS_NSX_TLS_CERT")),
    }
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    parts = [line.encode() for line in key.read_text().splitlines()[1:-1]]
    everything = [path.read_bytes() for path in repo.root.rglob("*") if path.is_file()]
    assert not any(part in data for part in parts for data in [*everything, done.out.encode(), done.err.encode()])
    assert told["variant"] == "manifests"
    assert told["archive"]["version"] == VERSION


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
@pytest.mark.parametrize("folder", ["antrea-interworking-0.13.0", ""])
def test_an_archive_of_either_kind_with_or_without_a_folder_gives_the_same(tmp_path: Path, name: str, folder: str):
    taken = take(archive(tmp_path / name, folder=folder))
    assert {name: data for name, data in taken.tree.items() if name in FILES} == {
        name: data for name, data in FILES.items() if not name.startswith("bin/")
    }
    assert taken.lock.left_out == (("bin/antreansxctl", "it is a program"),)
    assert taken.lock.version == VERSION


def test_windows_line_ends_are_kept_and_read(repo: ClusterRepo):
    files = {name: data.replace(b"\n", b"\r\n") if name.endswith(".yaml") else data for name, data in FILES.items()}
    prepared(repo, archive(repo.root.parent / "crlf.zip", files))
    assert (repo.interworking / "interworking.yaml").read_bytes() == files["interworking.yaml"]
    assert bootstrap(repo)["clusterName"] == "ocp"
    assert b"\r" not in b"".join(path.read_bytes() for path in repo.rendered_nsx.iterdir())


def _tar_link(target: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        link = tarfile.TarInfo("interworking.yaml")
        link.type, link.linkname = tarfile.SYMTYPE, target
        tar.addfile(link)
    return out.getvalue()


def _zip_with(name: str, data: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (_tar_link("/etc/passwd"), "symbolic link"),
        (_zip_with("../interworking.yaml"), "leads out of the archive"),
        (_zip_with("interworking.yaml", b"x" * (3 << 20)), "is too large"),
        (_zip_with("deploy/operator.yaml"), "there is no interworking.yaml in it; it holds deploy/operator.yaml"),
        (b"<html>", "is a web page, not an archive"),
        (b"", "is empty"),
    ],
)
def test_a_hostile_or_wrong_archive_is_refused_in_its_own_words(tmp_path: Path, data: bytes, words: str):
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(BundleError) as caught:
        take(tmp_path / "a.zip")
    assert words in caught.value.message
    assert "deploy.tar.gz" not in caught.value.as_text(), "that is the other archive"


def _with_key(text: str) -> str:
    return text.replace("  tls.key:\n", f"  tls.key: {'QUJD' * 20}\n")


def _twice(text: str) -> str:
    return text + "---\n" + text


def _without_image(text: str) -> str:
    return text.replace("vmware.io/antrea/interworking:0.13.0", "r.example.org/other:1")


@pytest.mark.parametrize(
    ("name", "change", "rule"),
    [
        ("bootstrap-config.yaml", _with_key, "nsx/archive-holds-key"),
        ("interworking.yaml", _twice, "nsx/object-twice"),
        ("interworking.yaml", _without_image, "nsx/archive-incomplete"),
        ("interworking.yaml", lambda text: "\ufeff" + text, "yaml/byte-order-mark"),
        ("bootstrap-config.yaml", lambda text: text.replace("bootstrap.conf", "other.conf"), "nsx/archive-incomplete"),
    ],
)
def test_files_that_cannot_be_used_are_refused_with_their_place(
    repo: ClusterRepo, name: str, change: Callable[[str], str], rule: str
):
    files = {**FILES, name: change(FILES[name].decode()).encode()}
    source = archive(repo.root.parent / "a.zip", files)
    before = snapshot(repo.root)
    with pytest.raises(FindingsError) as caught:
        take(source)
    assert {(one.rule, one.location.file.rpartition("/")[2]) for one in caught.value.findings} == {(rule, name)}
    assert prepare(repo, source, keys=repo.root.parent / "keys").code == 1
    assert snapshot(repo.root) == before, "nothing was written"


def test_the_name_of_an_object_leads_nowhere(repo: ClusterRepo, tmp_path: Path):
    files = {
        **FILES,
        "interworking.yaml": INTERWORKING.replace("  name: register\n", "  name: ../../../../out\n").encode(),
    }
    prepare(repo, archive(tmp_path / "a.zip", files), keys=tmp_path / "keys")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "it", "keys"]
    assert not list(tmp_path.rglob("out*"))


def test_all_that_is_missing_in_cluster_yaml_is_told_at_once(repo: ClusterRepo, tmp_path: Path):
    set_cluster(repo.root, nsx={"clusterName": "a" * 65}, images={"operator": "r.example.org/antrea-operator:v1.13.1"})
    done = prepare(repo, archive(tmp_path / "a.zip"), keys=tmp_path / "keys")
    told = ("nsx-check/disabled", "nsx/manager", "nsx/image-missing", "nsx/cluster-name")
    assert [rule for rule in told if f"[{rule}]" in done.err] == list(told), done.err
    assert not (tmp_path / "keys").exists()


def test_a_place_of_secrets_that_is_not_there_is_told_before_anything_is_written(repo: ClusterRepo, tmp_path: Path):
    set_cluster(repo.root, secrets={"provider": "file", "folder": str(tmp_path / "nowhere")})
    before = snapshot(repo.root)
    done = run("nsx", "prepare", archive(tmp_path / "a.zip"), cwd=repo.root)
    assert (done.code, "the folder of secrets" in done.err) == (4, True)
    assert snapshot(repo.root) == before


def test_without_the_archive_where_it_is_needed_it_is_asked_for(repo: ClusterRepo, tmp_path: Path):
    done = prepare(repo, keys=tmp_path / "keys")
    assert (done.code, "nsx prepare antrea-interworking-VERSION.zip" in done.err) == (1, True)


def test_the_path_of_a_project_goes_under_the_name_that_the_release_has_for_it(repo: ClusterRepo, tmp_path: Path):
    path = "/orgs/default/projects/p1/vpcs/v1"
    set_cluster(repo.root, nsx={"enabled": True, "managers": MANAGERS, "clusterName": "ocp-1", "vpcPath": path})
    prepared(repo)
    assert bootstrap(repo) == {"clusterName": "ocp-1", "NSXManagers": MANAGERS, "vpcPath": path}
    older = {**FILES, "bootstrap-config.yaml": BOOTSTRAP.replace("vpcPath", "vhcPath").encode()}
    prepared(repo, archive(tmp_path / "older.zip", older))
    assert bootstrap(repo) == {"clusterName": "ocp-1", "NSXManagers": MANAGERS, "vhcPath": path}


def test_labels_for_namespaces_are_for_old_clusters_alone(tmp_path: Path):
    identity = {"name": "k8s", "baseDomain": "example.com"}
    new = prepared(joining_repo(tmp_path / "new", flavour="kubernetes", cluster=identity))
    assert "Job/ns-label-webhook" not in manifests(new.rendered_nsx)
    old = joining_repo(tmp_path / "old", flavour="kubernetes", cluster=identity, kubernetes={"version": "1.20.4"})
    found = manifests(prepared(old, tmp_path / "interworking.zip").rendered_nsx)
    assert images_of({"it": found["Job/ns-label-webhook"]}) == {IMAGE}


def test_what_people_add_to_the_overlay_stays_and_a_filled_cluster_id_is_left_out(repo: ClusterRepo, tmp_path: Path):
    shipped = INTERWORKING.replace("  name: cluster-id\n", "  name: cluster-id\n  labels: {a: b}\n", 1)
    shipped = shipped.replace(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-id",
        "---\ndata: {cluster-id.conf: ''}\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-id",
        1,
    )
    prepared(repo, archive(tmp_path / "a.zip", {**FILES, "interworking.yaml": shipped.encode()}))
    assert manifests(repo.rendered_nsx)["ConfigMap/cluster-id"] == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "cluster-id", "namespace": "vmware-system-antrea", "labels": {"a": "b"}},
    }
    edit(
        repo.nsx_overlay / "kustomization.yaml",
        "components:",
        "namePrefix: ''\ncommonAnnotations: {ours: 'yes'}\ncomponents:",
    )
    prepared(repo, tmp_path / "a.zip")
    assert manifests(repo.rendered_nsx)["Job/register"]["metadata"]["annotations"] == {"ours": "yes"}


def test_a_cluster_that_leaves_keeps_the_way_out(repo: ClusterRepo):
    prepared(repo)
    set_cluster(repo.root, nsx={"enabled": False})
    assert run("render", cwd=repo.root).code == 0
    assert not list(repo.rendered_nsx.glob("*"))
    assert sorted(manifests(repo.rendered_nsx_removal)) == ["Job/deregister"]
    assert run("render", "--check", cwd=repo.root).code == 0


def test_an_overlay_that_cannot_be_built_leaves_everything_as_it_was(repo: ClusterRepo, tmp_path: Path):
    prepared(repo)
    edit(repo.nsx_overlay / "kustomization.yaml", "components:", "patches:\n  - path: missing.yaml\ncomponents:")
    before = snapshot(repo.root)
    files = {**FILES, "interworking.yaml": INTERWORKING.replace("replicas: 1", "replicas: 2").encode()}
    done = prepare(repo, archive(tmp_path / "b.zip", files), keys=tmp_path / "keys")
    assert (done.code, "missing.yaml" in done.err) == (1, True)
    assert snapshot(repo.root) == before


# --- by the custom resource -------------------------------------------------------------------------------------------

_BOOTSTRAP = (
    "  bootstrapConfig: |\n    # Its name.\n    clusterName: dummyClusterName\n    NSXManagers: [dummyNSXIP1]\n"
)
_OF_1_5 = (
    "enableInterworking: {type: boolean}",
    "bootstrapConfig: {type: string}",
    "interworkingImage: {type: string}",
)


def test_where_the_crd_has_the_fields_the_custom_resource_joins_the_cluster(tmp_path: Path, kustomize: Path):
    repo = joining_by_resource(tmp_path / "it", f"{_BOOTSTRAP}  enableInterworking: false\n", _OF_1_5)
    done = prepare(repo, archive(tmp_path / "unneeded.zip"), keys=tmp_path / "keys")
    assert (done.code, "unneeded.zip was not read" in done.out) == (0, True), done
    assert not repo.interworking.exists()
    found = manifests(repo.rendered_nsx)
    assert sorted(found) == ["AntreaInstall/antrea-install", "Namespace/vmware-system-antrea"] or sorted(found) == [
        "AntreaInstall/antrea-install"
    ]
    spec, before = (
        found["AntreaInstall/antrea-install"]["spec"],
        manifests(repo.rendered)["AntreaInstall/antrea-install"]["spec"],
    )
    assert (spec["enableInterworking"], before["enableInterworking"]) == (True, False)
    assert yaml.safe_load(spec["bootstrapConfig"]) == {"clusterName": "ocp", "NSXManagers": MANAGERS}
    assert spec["interworkingImage"] == IMAGE
    assert {**spec, "enableInterworking": False, "bootstrapConfig": before["bootstrapConfig"]} == before
    whole = built(kustomize, repo, "nsx")
    assert {**manifests(repo.rendered), **found} == whole, "an engine can go on from one overlay to the other"
    findings = json.loads(run("check", "--format", "json", cwd=repo.root).out)["findings"]
    assert [one for one in findings if one["rule"].startswith(("nsx/", "schema/", "images/placeholder"))] == []


def test_fields_for_name_and_managers_are_filled_where_the_crd_has_them_instead(tmp_path: Path):
    fields = ("enableInterworking: {type: boolean}", "clusterName: {type: string}", "nsxManagers: {type: array}")
    repo = joining_by_resource(tmp_path / "it", "", (*fields, "interworkingImage: {type: string}"))
    assert prepare(repo, keys=tmp_path / "keys").code == 0
    spec = manifests(repo.rendered_nsx)["AntreaInstall/antrea-install"]["spec"]
    assert (spec["clusterName"], spec["nsxManagers"], spec["enableInterworking"]) == ("ocp", MANAGERS, True)
    assert "bootstrapConfig" not in spec


@needs_shared
def test_the_vendors_own_archive_of_0_5_0(repo: ClusterRepo, kustomize: Path):
    prepared(repo, REAL)
    found = manifests(repo.rendered_nsx)
    assert len(found) == len(list(repo.rendered_nsx.iterdir())) == 16
    assert images_of(found) == {IMAGE}
    assert len(found["Deployment/interworking"]["spec"]["template"]["spec"]["containers"]) == 4
    assert bootstrap(repo) == {"clusterName": "ocp", "NSXManagers": MANAGERS, "vhcPath": ""}
    assert found == built(kustomize, repo, "nsx")
    assert run("check", "--only", "nsx,schema,images", cwd=repo.root).code == 0


@needs_shared
def test_the_vendors_own_custom_resource_of_1_5_0(repo: ClusterRepo):
    assert run("bundle", "import", BUNDLE_OF_1_5, cwd=repo.root).code == 0
    assert prepare(repo, keys=repo.root.parent / "keys").code == 0
    spec = manifests(repo.rendered_nsx)["AntreaInstall/antrea-install"]["spec"]
    assert yaml.safe_load(spec["bootstrapConfig"]) == {"clusterName": "ocp", "NSXManagers": MANAGERS, "vpcPath": ""}
    assert "dummyNSXIP" not in spec["bootstrapConfig"]
    rules = (repo.firewall / "rules.csv").read_text()
    assert "dummy" not in rules.casefold()
    assert f"{MANAGERS[2]},TCP,1235" in rules
