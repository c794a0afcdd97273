"""Archives that nobody should take, and how a test sees that they are refused."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from antrea_ci.bundle.archive import read_archive
from antrea_ci.bundle.errors import BundleError


def refusal(tmp_path: Path, data: bytes, name: str = "deploy.tar.gz") -> str:
    """The message that refuses these bytes; reading them writes nothing and leaves one line."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(BundleError) as caught:
        read_archive(path)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert caught.value.exit_code == 1
    assert "\n" not in caught.value.message
    return caught.value.message


def tar_entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_entry(name: str, mode: int = 0, data: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("placeholder")
        # Past ZipInfo's own cleaning of names.
        info.filename = name
        info.external_attr = mode << 16
        archive.writestr(info, data)
    return out.getvalue()
