"""What is damaged, cut off or no archive at all: refused with one line, never a traceback."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import random
import tarfile
from pathlib import Path

import pytest

from antrea_ci.bundle.archive import read_archive
from antrea_ci.bundle.errors import BundleError
from support.bundles import deploy_tree, tar_bytes, write_tree, zip_bytes
from support.hostile import refusal, tar_entry

TREE = deploy_tree()

WRONG_TYPES = {
    "is empty (0 bytes)": b"",
    "is a web page, not an archive": b"\n<!DOCTYPE html><html><body>Sign in</body></html>",
    "is neither a tar nor a zip archive (it starts with 61 70 69 56)": b"apiVersion: v1\nkind: Namespace\n" * 50,
    "is a gzip file with no tar archive in it": gzip.compress(b"apiVersion: v1\n" * 500),
    "is a xz file with no tar archive in it": lzma.compress(b"short"),
    "is empty: there is no file in it": tar_bytes({}),
    "is empty: there is no file in it ": zip_bytes({}),
    "is empty: there is no file in it  ": tar_bytes({}, "", [tar_entry("deploy/", tarfile.DIRTYPE)]),
}


@pytest.mark.parametrize("expected", WRONG_TYPES)
def test_what_is_no_archive(tmp_path: Path, expected: str):
    assert refusal(tmp_path, WRONG_TYPES[expected]) == f"deploy.tar.gz: {expected.strip()}"


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_tar(tmp_path: Path, compression: str, part: float):
    data = tar_bytes(TREE, compression).rstrip(b"\0")
    message = refusal(tmp_path, data[: int(len(data) * part)])
    assert message == "deploy.tar.gz: truncated: the archive ends too early"


def test_a_tar_cut_off_between_two_entries(tmp_path: Path):
    data = tar_bytes({"a.yaml": b"a: 1\n", "b.yaml": b"b: 1\n"}, "")
    assert "truncated" in refusal(tmp_path, data[:1024])


def test_a_tar_with_a_damaged_header_is_not_taken_for_a_shorter_one(tmp_path: Path):
    data = bytearray(tar_bytes({"a.yaml": b"a: 1\n", "b.yaml": b"b: 1\n"}, ""))
    data[1024 + 20] ^= 0xFF
    assert refusal(tmp_path, bytes(data)) == "deploy.tar.gz: damaged archive: bad checksum"


def test_a_wrong_checksum(tmp_path: Path):
    data = bytearray(tar_bytes(TREE))
    data[-6] ^= 0xFF
    assert refusal(tmp_path, bytes(data)).startswith("deploy.tar.gz: damaged archive: CRC check failed")


def test_a_truncated_zip(tmp_path: Path):
    data = zip_bytes(TREE)
    assert "damaged archive" in refusal(tmp_path, data[: len(data) // 2], "deploy.zip")


@pytest.mark.parametrize("kind", ["", "gz", "bz2", "xz", "zip"])
def test_damage_anywhere_is_read_right_or_refused(tmp_path: Path, kind: str):
    """Random bytes changed: no traceback, whatever the decoders of the standard library make of it."""
    chosen = random.Random(kind)
    good = zip_bytes(TREE) if kind == "zip" else tar_bytes(TREE, kind)
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chosen.randint(1, 4)):
            data[chosen.randrange(len(data))] = chosen.randrange(256)
        path = tmp_path / "deploy"
        path.write_bytes(data)
        with contextlib.suppress(BundleError):
            read_archive(path)


def test_a_chain_of_headers_that_tarfile_follows_by_recursion(tmp_path: Path):
    out = io.BytesIO()
    for _ in range(3_000):
        out.write(tar_entry("x", tarfile.XHDTYPE).tobuf())
    assert refusal(tmp_path, out.getvalue() + bytes(1024)).startswith("deploy.tar.gz: ")


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_negative_size(tmp_path: Path, kind: bytes):
    header = bytearray(tar_entry("deploy/x.yaml", kind).tobuf())
    header[124:136] = b"\xff" * 11 + b"\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    refusal(tmp_path, bytes(header) + bytes(2048))


def test_a_link_in_a_folder(tmp_path: Path):
    folder = write_tree(tmp_path / "deploy", TREE)
    (folder / "deploy" / "link.yaml").symlink_to("/etc/passwd")
    with pytest.raises(BundleError, match=r"deploy: the entry 'deploy/link.yaml' is a symbolic link"):
        read_archive(folder)


def test_a_pipe_in_a_folder(tmp_path: Path):
    folder = write_tree(tmp_path / "deploy", TREE)
    os.mkfifo(folder / "pipe")
    with pytest.raises(BundleError, match=r"deploy: the entry 'pipe' is a device, a pipe or something unknown"):
        read_archive(folder)


def test_an_empty_folder(tmp_path: Path):
    with pytest.raises(BundleError, match="is empty"):
        read_archive(tmp_path)


def test_a_pipe_as_the_archive(tmp_path: Path):
    os.mkfifo(tmp_path / "deploy.tar.gz")
    with pytest.raises(BundleError, match=r"deploy\.tar\.gz: is no file"):
        read_archive(tmp_path / "deploy.tar.gz")


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(BundleError, match=r"deploy\.tar\.gz: cannot be read: No such file or directory"):
        read_archive(tmp_path / "deploy.tar.gz")
