"""Archives as users bring them: every kind is read alike, and what is hostile or broken is refused with one line."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from antrea_ci.bundle.archive import read_archive
from support.bundles import below, deploy_tree, tar_bytes, write_tree, xz_bytes, zip_bytes
from support.hostile import refusal, tar_entry

TREE = deploy_tree()


KINDS: dict[str, Callable[[], bytes]] = {
    "deploy.tar": lambda: tar_bytes(TREE, ""),
    "deploy.tar.gz": lambda: tar_bytes(TREE, "gz"),
    "deploy.tgz": lambda: tar_bytes(TREE, "gz"),
    "deploy.tar.bz2": lambda: tar_bytes(TREE, "bz2"),
    "deploy.tar.xz": lambda: tar_bytes(TREE, "xz"),
    "two-streams.tar.xz": lambda: xz_bytes(tar_bytes(TREE, "")),
    "two-members.tar.gz": lambda: gzip.compress(tar_bytes(TREE, "")[:999]) + gzip.compress(tar_bytes(TREE, "")[999:]),
    "deploy.zip": lambda: zip_bytes(TREE),
    "wrong-name.txt": lambda: zip_bytes(TREE),
    "without-an-extension": lambda: tar_bytes(TREE, "xz"),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_told_by_its_content(tmp_path: Path, name: str):
    path = tmp_path / name
    path.write_bytes(KINDS[name]())
    archive = read_archive(path)
    assert archive.entries == TREE
    assert archive.name == name
    assert archive.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder(tmp_path: Path):
    archive = read_archive(write_tree(tmp_path / "unpacked", TREE))
    lines = [f"{hashlib.sha256(TREE[name]).hexdigest()}  {name}\n" for name in sorted(TREE)]
    assert archive.entries == TREE
    assert archive.name == "unpacked"
    assert archive.sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_folder_one_stands_in_has_its_real_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(write_tree(tmp_path / "unpacked", TREE))
    assert read_archive(Path()).name == "unpacked"


@pytest.mark.parametrize(
    "outer",
    [
        lambda inner: tar_bytes({"README.md": b"# Read me", "pkg/deploy.tar.gz": inner}),
        lambda inner: zip_bytes({"README.md": b"# Read me", "pkg/deploy.tar.gz": inner}),
    ],
    ids=["tar", "zip"],
)
@pytest.mark.parametrize("inner", [tar_bytes(TREE), tar_bytes(TREE, ""), zip_bytes(TREE)], ids=["tar.gz", "tar", "zip"])
def test_an_archive_inside_another_is_opened(tmp_path: Path, outer: Callable[[bytes], bytes], inner: bytes):
    path = tmp_path / "delivery"
    path.write_bytes(outer(inner))
    assert read_archive(path).entries == {"README.md": b"# Read me", **below("pkg/deploy.tar.gz", TREE)}


def test_an_archive_two_levels_down_stays_closed(tmp_path: Path):
    inner = tar_bytes(TREE)
    path = tmp_path / "delivery.zip"
    path.write_bytes(zip_bytes({"a.tar.gz": tar_bytes({"b.tar.gz": inner})}))
    assert read_archive(path).entries == {"a.tar.gz/b.tar.gz": inner}


def test_an_image_beside_the_bundle_does_no_harm(tmp_path: Path):
    image = tar_bytes({"manifest.json": b"[]"}, "", [tar_entry("layer.tar", tarfile.SYMTYPE, "../elsewhere")])
    path = tmp_path / "delivery.zip"
    path.write_bytes(zip_bytes({**TREE, "images/operator.tar": image}))
    assert read_archive(path).entries == {**TREE, "images/operator.tar": image}


def test_what_is_inside_a_hostile_inner_archive_is_told(tmp_path: Path):
    inner = tar_bytes(TREE, "gz", [tar_entry("../../etc/passwd")])
    message = refusal(tmp_path, zip_bytes({"deploy.tar.gz": inner}), "delivery.zip")
    assert message == "delivery.zip/deploy.tar.gz: the entry '../../etc/passwd' leads out of the archive with `..`"


def test_leftovers_of_macos_and_of_git_are_ignored(tmp_path: Path):
    leftovers = {
        "__MACOSX/deploy/._x.yaml": b"\0\5\26\7",
        "deploy/._openshift": b"\0",
        "deploy/openshift/.DS_Store": b"\0",
        "deploy/.git/HEAD": b"ref: refs/heads/main",
    }
    path = tmp_path / "deploy.zip"
    path.write_bytes(zip_bytes({**TREE, **leftovers}))
    assert read_archive(path).entries == TREE


def test_global_pax_headers_are_ignored(tmp_path: Path):
    out = io.BytesIO()
    # What `git archive` writes.
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "0" * 40}) as archive:
        archive.addfile(tar_entry("deploy/x.yaml"))
    path = tmp_path / "deploy.tar"
    path.write_bytes(out.getvalue())
    assert read_archive(path).entries == {"deploy/x.yaml": b""}


def test_names_with_a_leading_dot_are_the_same_names(tmp_path: Path):
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(tar_bytes(below(".", TREE), "gz", [tar_entry("./", tarfile.DIRTYPE)]))
    assert read_archive(path).entries == TREE


def test_large_files_are_named_but_not_kept(tmp_path: Path):
    path = tmp_path / "deploy.tar.gz"
    path.write_bytes(tar_bytes({**TREE, "images/big.bin": b"\1" * 3_000_000}))
    archive = read_archive(path)
    assert archive.entries == TREE
    assert archive.oversized == {"images/big.bin": 3_000_000}
