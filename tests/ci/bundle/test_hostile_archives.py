"""Archives that would harm: refused with one line, and nothing is written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from antrea_ci.bundle.archive import read_archive
from support.bundles import deploy_tree, tar_bytes, zip_bytes
from support.hostile import refusal, tar_entry, zip_entry

TREE = deploy_tree()

HOSTILE_TARS = {
    "leads out of the archive with `..`": tar_entry("deploy/../../x.yaml"),
    "is an absolute path": tar_entry("/etc/x.yaml"),
    "is a symbolic link to '/etc/passwd'": tar_entry("deploy/x.yaml", tarfile.SYMTYPE, "/etc/passwd"),
    "is a hard link to 'deploy/openshift/role.yaml'": tar_entry(
        "x.yaml", tarfile.LNKTYPE, "deploy/openshift/role.yaml"
    ),
    "is a device, a pipe or something unknown": tar_entry("deploy/x.yaml", tarfile.CHRTYPE),
    "is a device, a pipe or something unknown ": tar_entry("deploy/x.yaml", tarfile.BLKTYPE),
    "is a device, a pipe or something unknown  ": tar_entry("deploy/x.yaml", tarfile.FIFOTYPE),
    "is a device, a pipe or something unknown   ": tar_entry("deploy/x.yaml", b"Q"),
    "has a backslash in its name": tar_entry("deploy\\openshift\\x.yaml"),
    "has a character in its name": tar_entry("deploy/a\nb.yaml"),
    "has a name that is too long": tar_entry("deploy/" + "x" * 300),
    "stands twice in it": tar_entry("deploy/openshift/role.yaml"),
    "differ only in upper and lower case": tar_entry("deploy/openshift/Role.yaml"),
    "is both a file and a folder": tar_entry("deploy/openshift"),
    "is an absolute path ": tar_entry("C:/x.yaml"),
}


@pytest.mark.parametrize("expected", HOSTILE_TARS)
def test_hostile_entries_of_a_tar(tmp_path: Path, expected: str):
    assert expected.strip() in refusal(tmp_path, tar_bytes(TREE, "gz", [HOSTILE_TARS[expected]]))


def test_a_folder_entry_that_leads_out(tmp_path: Path):
    assert "leads out" in refusal(tmp_path, tar_bytes(TREE, "gz", [tar_entry("../", tarfile.DIRTYPE)]))


def test_a_sparse_file_that_claims_terabytes(tmp_path: Path):
    out = io.BytesIO()
    headers = {"GNU.sparse.size": str(1 << 40), "GNU.sparse.map": "0,0", "GNU.sparse.numblocks": "1"}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tar_entry("deploy/x.yaml")
        info.pax_headers = headers
        archive.addfile(info)
    assert "is a sparse file" in refusal(tmp_path, out.getvalue())


HOSTILE_ZIPS = {
    "leads out of the archive with `..`": zip_entry("../x.yaml"),
    "is an absolute path": zip_entry("/etc/x.yaml"),
    "is a symbolic link": zip_entry("x.yaml", stat.S_IFLNK | 0o777),
    "is a device, a pipe or something unknown": zip_entry("x.yaml", stat.S_IFIFO | 0o644),
    "has a backslash in its name": zip_entry("deploy\\openshift\\x.yaml"),
    "has a character in its name": zip_entry("x.yaml\0.txt"),
}


@pytest.mark.parametrize("expected", HOSTILE_ZIPS)
def test_hostile_entries_of_a_zip(tmp_path: Path, expected: str):
    assert expected in refusal(tmp_path, HOSTILE_ZIPS[expected], "deploy.zip")


def test_an_encrypted_zip(tmp_path: Path):
    data = bytearray(zip_entry("x.yaml"))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(tmp_path, bytes(data), "deploy.zip").startswith("deploy.zip: the entry 'x.yaml' is encrypted")


def test_a_zip_method_that_needs_unbounded_memory(tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("x.yaml", "a: 1")
    assert "is compressed by method 14" in refusal(tmp_path, out.getvalue(), "deploy.zip")


def test_the_same_name_twice_in_a_zip(tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", "2")
    assert refusal(tmp_path, out.getvalue(), "deploy.zip") == "deploy.zip: the entry 'a' stands twice in it"


@pytest.mark.parametrize("pack", [tar_bytes, zip_bytes], ids=["tar", "zip"])
def test_thousands_of_files(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]):
    message = refusal(tmp_path, pack({f"deploy/openshift/{number}.yaml": b"" for number in range(2_001)}))
    assert message == "deploy.tar.gz: holds more than 2,000 entries; a bundle has about twenty"


def test_a_zip_whose_directory_alone_would_fill_the_memory(tmp_path: Path):
    message = refusal(tmp_path, zip_entry("x.yaml")[:40] + b"PK\x01\x02" * 9_000, "deploy.zip")
    assert "holds more than 2,000 entries" in message


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gz", "bz2", "xz"])
def test_a_decompression_bomb(tmp_path: Path, compress: Callable[[bytes], bytes]):
    bomb = compress(tar_bytes({"deploy/openshift/x.yaml": bytes(257 << 20)}, ""))
    assert "unpacks to more than 256 MiB" in refusal(tmp_path, bomb)


def test_bombs_that_share_one_limit(tmp_path: Path):
    inner = tar_bytes({"x.yaml": bytes(140 << 20)})
    message = refusal(tmp_path, zip_bytes({"a.tar.gz": inner, "b.tar.gz": inner}), "delivery.zip")
    assert message == "delivery.zip: unpacks to more than 256 MiB; a bundle has about 100 KiB"


def test_a_zip_bomb_is_not_even_unpacked(tmp_path: Path):
    path = tmp_path / "deploy.zip"
    path.write_bytes(zip_bytes({"deploy/openshift/x.yaml": bytes(100 << 20)}))
    assert read_archive(path).oversized == {"deploy/openshift/x.yaml": 100 << 20}


def test_an_xz_that_asks_for_all_memory(tmp_path: Path):
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    data = bytearray(lzma.compress(tar_bytes(TREE, ""), filters=filters))
    # The dictionary's size in the block header, set to 3 GiB, and that header's checksum.
    size = (data[12] + 1) * 4
    position = data.index(b"\x21\x01", 12) + 2
    data[position] = 39
    data[12 + size - 4 : 12 + size] = struct.pack("<I", zlib.crc32(data[12 : 12 + size - 4]))
    assert "damaged archive" in refusal(tmp_path, bytes(data))
