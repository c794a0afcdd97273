"""Importing: byte for byte, all or nothing, and nothing at all where nothing is new."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from antrea_ci.bundle.contents import load_bundle
from antrea_ci.bundle.importer import import_bundle
from antrea_ci.bundle.lock import verify_lock
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.files import read_tree
from antrea_ci.repo import ClusterRepo
from support.bundles import (
    FLAVOURS,
    SHARED_BUNDLES,
    below,
    bundle_files,
    deploy_tree,
    empty_repo,
    nsx_cert,
    operator,
    tar_bytes,
    write_archive,
    write_tree,
    zip_bytes,
)

OURS = {"bundle.lock.yaml", "kustomization.yaml"}
ARCHIVES = sorted(SHARED_BUNDLES.glob("*.tar.gz"))


def stored(repo: ClusterRepo) -> dict[str, bytes]:
    """The vendor's files that lie in the repository."""
    return {name: data for name, data in read_tree(repo.bundle).items() if name not in OURS}


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every file below the folder: inode, time of change and content."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def repo(tmp_path: Path) -> ClusterRepo:
    return empty_repo(tmp_path / "ocp")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_files_are_stored_byte_for_byte(repo: ClusterRepo, tmp_path: Path, flavour: str):
    files = {
        **bundle_files(flavour),
        "role.yaml": bundle_files(flavour)["role.yaml"].replace(b"\n", b"\r\n"),
        "NOTES": b"\0\xff binary \r\n",
        "nsx-cert.yaml": nsx_cert(),
    }
    archive = write_archive(tmp_path / "deploy.tar.gz", deploy_tree(**{flavour: files}))
    result = import_bundle(repo, archive, flavour)
    assert stored(repo) == files
    assert result.folder == f"deploy/{flavour}"
    assert result.added == tuple(sorted(files))
    assert not verify_lock(repo)
    assert load_bundle(repo, flavour).objects


@pytest.mark.parametrize("source", ["tar.gz", "zip", "folder", "nested", "flavour-folder"])
def test_every_kind_of_source_gives_the_same_files(repo: ClusterRepo, tmp_path: Path, source: str):
    path = tmp_path / source
    match source:
        case "tar.gz":
            write_archive(path)
        case "zip":
            path.write_bytes(zip_bytes(deploy_tree()))
        case "nested":
            path.write_bytes(zip_bytes({"deploy.tar.gz": tar_bytes(deploy_tree())}))
        case "folder":
            write_tree(path, deploy_tree())
        case _:
            write_tree(path, bundle_files())
    import_bundle(repo, path, "openshift")
    assert stored(repo) == bundle_files()


def test_the_same_archive_again_writes_nothing(repo: ClusterRepo, tmp_path: Path):
    archive = write_archive(tmp_path / "deploy.tar.gz")
    assert not import_bundle(repo, archive, "openshift").unchanged
    before = state(repo.root)
    folder_before = (repo.bundle.stat().st_ino, repo.bundle.stat().st_mtime_ns, repo.bundle.parent.stat().st_mtime_ns)
    result = import_bundle(repo, archive, "openshift")
    assert result.unchanged
    assert (result.added, result.removed, result.changed) == ((), (), ())
    assert state(repo.root) == before
    assert (
        repo.bundle.stat().st_ino,
        repo.bundle.stat().st_mtime_ns,
        repo.bundle.parent.stat().st_mtime_ns,
    ) == folder_before


def test_what_changed_since_the_last_import(repo: ClusterRepo, tmp_path: Path):
    first = {**bundle_files(), "old.md": b"old", "operator.yaml": operator("r.example.com/operator:v1.13.1")}
    import_bundle(repo, write_archive(tmp_path / "first.tar.gz", below("openshift", first)), "openshift")
    second = {
        **bundle_files(image_fields=("antreaAgentImage", "antreaControllerImage")),
        "new.md": b"new",
        "operator.yaml": operator("r.example.com/operator:v2.1.0"),
    }
    result = import_bundle(repo, write_archive(tmp_path / "second.tar.gz", below("openshift", second)), "openshift")
    assert (result.added, result.removed) == (("new.md",), ("old.md",))
    assert result.changed == (
        "operator.antrea.vmware.com_antreainstalls_crd.yaml",
        "operator.antrea.vmware.com_v1_antreainstall_cr.yaml",
        "operator.yaml",
    )
    assert result.before is not None
    assert (result.before.operator_version, result.lock.operator_version) == ("v1.13.1", "v2.1.0")
    assert result.before.image_fields == ("antreaImage",)
    assert result.lock.image_fields == ("antreaAgentImage", "antreaControllerImage")
    assert stored(repo) == second


def test_an_import_mends_what_was_changed_by_hand(repo: ClusterRepo, tmp_path: Path):
    archive = write_archive(tmp_path / "deploy.tar.gz")
    import_bundle(repo, archive, "openshift")
    (repo.bundle / "role.yaml").write_text("a: 1\n")
    repo.bundle_lock_file.write_text("spoilt: [")
    result = import_bundle(repo, archive, "openshift")
    assert result.changed == ("role.yaml",)
    assert not verify_lock(repo)


def test_the_kustomization_lists_the_files_of_phase_1(repo: ClusterRepo, tmp_path: Path):
    files = {**bundle_files(), "README.md": b"# x\n", "nsx-cert.yaml": nsx_cert()}
    import_bundle(repo, write_archive(tmp_path / "deploy.tar.gz", below("openshift", files)), "openshift")
    lines = repo.bundle_kustomization_file.read_text().splitlines()
    assert [line.removeprefix("  - ") for line in lines if line.startswith("  - ")] == sorted(bundle_files())
    assert "# Left out: nsx-cert.yaml: not filled in: tls.crt is empty." in lines


REFUSED = {
    "path traversal": lambda: tar_bytes(deploy_tree(), "gz", [tarfile.TarInfo("../x.yaml")]),
    "truncated": lambda: tar_bytes(deploy_tree())[:600],
    "empty": lambda: b"",
    "the other flavour only": lambda: tar_bytes(below("deploy/kubernetes", bundle_files("kubernetes"))),
    "the other flavour's files": lambda: tar_bytes(below("deploy/openshift", bundle_files("kubernetes"))),
    "a missing object": lambda: tar_bytes(below("openshift", {**bundle_files(), "role.yaml": b"# gone\n"})),
    "not UTF-8": lambda: tar_bytes(below("openshift", {**bundle_files(), "x.yaml": b"\xff"})),
    "one of our names": lambda: tar_bytes(below("openshift", {**bundle_files(), "bundle.lock.yaml": b"a: 1\n"})),
    "two candidates": lambda: tar_bytes(
        {**below("a/openshift", bundle_files()), **below("b/openshift", bundle_files())}
    ),
    "decompression bomb": lambda: tar_bytes({"x.yaml": bytes(257 << 20)}),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("first", [True, False], ids=["first-import", "second-import"])
def test_nothing_is_written_when_an_archive_is_refused(repo: ClusterRepo, tmp_path: Path, case: str, *, first: bool):
    if not first:
        import_bundle(repo, write_archive(tmp_path / "good.tar.gz"), "openshift")
    before = state(repo.root)
    archive = tmp_path / "deploy.tar.gz"
    archive.write_bytes(REFUSED[case]())
    with pytest.raises(AntreaGitopsError) as caught:
        import_bundle(repo, archive, "openshift")
    assert caught.value.exit_code == 1
    assert caught.value.as_text().strip()
    assert state(repo.root) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        {"ocp", "deploy.tar.gz"} | (set() if first else {"good.tar.gz"})
    )


@pytest.mark.skipif(not ARCHIVES, reason="../shared/antrea-bundles is not here")
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name.removesuffix("-deploy.tar.gz"))
def test_real_archives(repo: ClusterRepo, archive: Path, flavour: str):
    import_bundle(repo, archive, flavour)
    with tarfile.open(archive) as packed:
        prefix = f"deploy/{flavour}/"
        members = [member for member in packed if member.name.startswith(prefix) and member.isreg()]
        expected = {member.name.removeprefix(prefix): packed.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    assert stored(repo) == expected
    assert not verify_lock(repo)
    assert import_bundle(repo, archive, flavour).unchanged
    bundle = load_bundle(repo, flavour)
    vendor = archive.name.startswith("vendor")
    assert len(bundle.phase1_files) == 7
    assert [name for name, _ in bundle.left_out] == (["nsx-cert.yaml"] if vendor else [])
    version = archive.name.split("-")[2]
    assert bundle.operator_version == (None if vendor else version)
    broken = version == "v1.8.0" and not vendor
    assert [problem.rule for problem in bundle.problems] == (["bundle/platform-field"] if broken else [])
    split = archive.name.startswith("vendor-shaped-1.9")
    wanted = ("antreaAgentImage", "antreaControllerImage") if split else ("antreaImage",)
    assert bundle.image_fields[: len(wanted)] == wanted
    assert any(item.file == "operator.yaml" for item in bundle.placeholders)


def test_kustomize_builds_what_was_imported(repo: ClusterRepo, tmp_path: Path, kustomize: Path):
    crlf = {name: data.replace(b"\n", b"\r\n") for name, data in bundle_files().items()}
    files = {
        **crlf,
        "nsx-cert.yaml": nsx_cert(),
        "on a #b.yaml": bundle_files()["role.yaml"].replace(b"-operator", b"-x"),
    }
    import_bundle(repo, write_archive(tmp_path / "deploy.tar.gz", below("openshift", files)), "openshift")
    built = subprocess.run([str(kustomize), "build", str(repo.bundle)], capture_output=True, check=True)
    assert built.stdout.count(b"\nkind: ") == 8
    assert b"nsx-cert" not in built.stdout
