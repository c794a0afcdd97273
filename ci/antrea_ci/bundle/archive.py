"""Reads what a user hands over as a bundle: an archive of any kind, or a folder; writes nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.expected import BUNDLE, Expected
from antrea_ci.bundle.streams import Bounded, Budget, Kind, decoding, decompressed, is_tar, kind_of
from antrea_ci.bundle.unpack import Intake, read_folder, read_tar, read_zip

_HEAD = 512


@dataclass(frozen=True)
class Archive:
    """The regular files of an archive or a folder.

    ``entries``: relative POSIX path to content; what stands in an archive inside is below that archive's own path.
    ``oversized``: path and size of files that are too large for a bundle and were not kept.
    ``sha256``: of the archive's bytes; of a folder: of its sorted lines ``<sha256>  <relative name>``.
    """

    name: str
    sha256: str
    entries: Mapping[str, bytes]
    oversized: Mapping[str, int]


def read_archive(path: Path, expected: Expected = BUNDLE) -> Archive:
    """The files of a tar (plain or compressed by gzip, bzip2 or xz), a zip or a folder, told apart by content.

    An archive inside it is opened too, one level deep. Raises BundleError for anything hostile or broken.
    ``expected`` says, for messages, what it should be.
    """
    name = path.resolve().name.encode("utf-8", "replace").decode()
    intake = Intake(name, Budget(name, expected=expected))
    try:
        if path.is_dir():
            read_folder(path, intake)
            intake.close()
            digest = _folder_digest(path, intake)
        elif path.exists() and not path.is_file():
            # Opening a pipe would wait for its other end.
            raise BundleError(f"{name}: is no file and no folder", fix=expected.give)
        else:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                stream.seek(0)
                _read_file(stream, intake)
    except OSError as error:
        raise BundleError(f"{name}: cannot be read: {error.strerror}") from None
    _open_nested(intake)
    return Archive(name, digest, intake.entries, intake.oversized)


def _read_file(stream: IO[bytes], intake: Intake) -> None:
    head = stream.read(_HEAD)
    stream.seek(0)
    if not head:
        raise BundleError(f"{intake.label}: is empty (0 bytes)", fix="download or copy it again")
    kind = kind_of(head)
    if kind is None or not _unpack(stream, kind, intake):
        raise _no_archive(intake, head, kind)


def _no_archive(intake: Intake, head: bytes, kind: Kind | None) -> BundleError:
    label, give = intake.label, intake.budget.expected.give
    if kind is not None:
        return BundleError(f"{label}: is a {kind.value} file with no tar archive in it", fix=give)
    if head.lstrip()[:1] == b"<":
        message = f"{label}: is a web page, not an archive"
        return BundleError(
            message, fix="download it again, signed in: this is what a login page saved as a file looks like"
        )
    return BundleError(f"{label}: is neither a tar nor a zip archive (it starts with {head[:4].hex(' ')})", fix=give)


def _unpack(stream: IO[bytes], kind: Kind, intake: Intake) -> bool:
    """Reads the archive into ``intake``; False if what is compressed there is no tar."""
    if kind is Kind.ZIP:
        read_zip(stream, intake)
        return True
    with decoding(intake.label):
        plain = Bounded(decompressed(stream, kind), intake.budget)
        if not is_tar(plain.peek(_HEAD)):
            return False
    read_tar(plain, intake)
    return True


def _open_nested(outer: Intake) -> None:
    """Replaces each archive among the entries by its files.

    One that cannot be read, such as a container image with its links, only matters if what is
    expected is found nowhere else.
    """
    failures: list[BundleError] = []
    for name, data in list(outer.entries.items()):
        kind = kind_of(data[:_HEAD])
        if kind is None:
            continue
        inner = Intake(f"{outer.label}/{name}", outer.budget)
        try:
            if not _unpack(io.BytesIO(data), kind, inner):
                continue
        except BundleError as error:
            failures.append(error)
            continue
        del outer.entries[name]
        outer.entries.update({f"{name}/{path}": content for path, content in inner.entries.items()})
        outer.oversized.update({f"{name}/{path}": size for path, size in inner.oversized.items()})
    if failures and not any(outer.budget.expected.mark in data for data in outer.entries.values()):
        raise failures[0]


def _folder_digest(folder: Path, intake: Intake) -> str:
    lines: list[str] = []
    for name in sorted({*intake.entries, *intake.oversized}):
        with (folder / name).open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {name}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()
