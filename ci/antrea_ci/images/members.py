"""The files of an image archive, on disk in a private folder, each with its digest; nothing hostile gets that far."""

from __future__ import annotations

import hashlib
import os
import posixpath
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.streams import Bounded, Budget, Kind, Readable, decoding, decompressed, is_tar, kind_of, truncated
from antrea_ci.bundle.unpack import Header, Intake, tar_kind

_HEAD = 512
_CHUNK = 1 << 20
_MAX_ENTRIES = 50_000
_MAX_BYTES = 32 << 30
# An image's layers shrink to a third or a tenth; what grows a hundredfold is made to fill a disk.
_SMALL, _RATIO = 64 << 20, 100
_ACCEPTED = "give what `docker save` or `podman save` writes, or an OCI layout (folder or tar), gzipped or not"
_AGAIN = "get the archive from the vendor again"
_OLD_LAYER = "/layer.tar"


@dataclass(frozen=True)
class Member:
    """A file of an archive. ``digest`` is ``sha256:<hex>`` of its bytes."""

    file: Path
    size: int
    digest: str


Members = Mapping[str, Member]


@dataclass
class ImageBudget(Budget):
    """What an archive of ``packed`` bytes may unpack to."""

    entries: int = _MAX_ENTRIES
    packed: int = 0

    def __post_init__(self) -> None:
        self.size = min(_MAX_BYTES, _SMALL + _RATIO * self.packed)
        self._most = self.size

    def take_entry(self) -> None:
        self.entries -= 1
        if self.entries < 0:
            raise BundleError(
                f"{self.label}: holds more than {_MAX_ENTRIES:,} entries; no image has so many", fix=_AGAIN
            )

    def take(self, size: int) -> None:
        self.size -= size
        if self.size < 0:
            message = (
                f"{self.label}: unpacks to more than {self._most >> 20:,} MiB, from {self.packed / (1 << 20):.1f} MiB"
            )
            raise BundleError(message, why="what grows so much is made to fill a disk", fix=_AGAIN)


def read_members(path: Path, folder: Path) -> dict[str, Member]:
    """The plain files of ``path`` (a folder, or a tar of any compression, told by content), copied into ``folder``.

    Those of a folder stay where they are. One top folder around everything is left out of the names. Raises
    BundleError for what is hostile, broken or no archive.
    """
    label = path.name or str(path)
    try:
        if path.is_dir():
            return _without_top(dict(_of_folder(path, label)))
        if path.exists() and not path.is_file():
            raise BundleError(f"{label}: is no file and no folder", fix=_ACCEPTED)
        with path.open("rb") as stream:
            return _without_top(_of_file(stream, label, folder))
    except OSError as error:
        if error.filename is None or Path(error.filename) == path:
            raise BundleError(f"{label}: cannot be read: {error.strerror}") from None
        raise


def _of_file(stream: IO[bytes], label: str, folder: Path) -> dict[str, Member]:
    head = stream.read(_HEAD)
    packed = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    kind = kind_of(head)
    if not head:
        raise BundleError(f"{label}: is empty (0 bytes)", fix="download or copy it again")
    if kind is None or kind is Kind.ZIP:
        raise _no_archive(label, head, kind)
    intake = Intake(label, ImageBudget(label, packed=packed))
    with decoding(label):
        plain = Bounded(decompressed(stream, kind), intake.budget)
        if not is_tar(plain.peek(_HEAD)):
            raise _no_archive(label, head, kind)
        return _Spool(intake, folder).read(plain)


def _no_archive(label: str, head: bytes, kind: Kind | None) -> BundleError:
    if kind is Kind.ZIP:
        return BundleError(f"{label}: is a zip file; images come as tar", fix=f"unpack it; {_ACCEPTED}")
    if kind is not None:
        return BundleError(f"{label}: is a {kind.value} file with no tar archive in it", fix=_ACCEPTED)
    if head.lstrip()[:1] == b"<":
        return BundleError(f"{label}: is a web page, not an archive", fix="download it again, signed in")
    return BundleError(f"{label}: is no tar archive (it starts with {head[:4].hex(' ')})", fix=_ACCEPTED)


@dataclass
class _Spool:
    """Copies a tar's files, numbered, into ``folder``."""

    intake: Intake
    folder: Path

    def read(self, plain: Bounded) -> dict[str, Member]:
        members: dict[str, Member] = {}
        links: dict[str, str] = {}
        with tarfile.open(fileobj=plain, mode="r|", bufsize=_CHUNK, tarinfo=Header) as archive:
            for entry in archive:
                self.intake.budget.take_entry()
                name = self.intake.name(entry.name)
                if name is None or entry.isdir():
                    continue
                if entry.issym():
                    links[name] = self._target(name, entry.linkname)
                else:
                    self._add(members, name, self._copied(archive, entry, name))
        plain.drain()
        return members | {name: self._linked(name, target, members) for name, target in links.items()}

    def _add(self, members: dict[str, Member], name: str, member: Member) -> None:
        """crane writes what two images share twice, which is no other file of the same name."""
        if name not in members or members[name].digest != member.digest:
            self.intake.reserve(name)
        members[name] = member

    def _target(self, name: str, link: str) -> str:
        """Old forms of `docker save`, and podman and skopeo, link the name of a layer to another; nothing else may."""
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link))
        if not (name.endswith(_OLD_LAYER) and target.endswith(".tar")) or target.startswith(("/", "..")):
            raise self._refused(name, f"a symbolic link to {link!r}")
        return target

    def _linked(self, name: str, target: str, members: Members) -> Member:
        if target not in members:
            raise self._refused(name, f"a symbolic link to {target!r}, which is not in it")
        return members[target]

    def _copied(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, name: str) -> Member:
        content = archive.extractfile(entry) if entry.isreg() and not entry.issparse() else None
        if content is None or entry.size < 0:
            raise self._refused(name, tar_kind(entry))
        member = spooled(_pieces(content), self.folder)
        if member.size < entry.size:
            raise truncated(self.intake.label)
        return member

    def _refused(self, name: str, what: str) -> BundleError:
        return BundleError(f"{self.intake.label}: the entry {name!r} is {what}; images hold plain files", fix=_AGAIN)


def spooled(pieces: Iterable[bytes], folder: Path) -> Member:
    """``pieces`` as a new file of ``folder``."""
    handle, name = tempfile.mkstemp(dir=folder)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(handle, "wb") as out:
        for data in pieces:
            digest.update(data)
            out.write(data)
            size += len(data)
    return Member(Path(name), size, f"sha256:{digest.hexdigest()}")


def _pieces(content: Readable) -> Iterator[bytes]:
    while data := content.read(_CHUNK):
        yield data


def _of_folder(folder: Path, label: str) -> Iterator[tuple[str, Member]]:
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(parent) / name
            inner = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_dir() or path.is_file()):
                raise BundleError(
                    f"{label}: {inner} is a link or no plain file; images hold plain files", fix=_ACCEPTED
                )
            if path.is_file():
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                yield inner, Member(path, path.stat().st_size, f"sha256:{digest}")


def _without_top(members: dict[str, Member]) -> dict[str, Member]:
    """What lies below the one folder that holds everything, where there is such a folder around an archive."""
    tops = {name.partition("/")[0] for name in members}
    if len(tops) != 1 or not all("/" in name for name in members):
        return members
    return {name.partition("/")[2]: member for name, member in members.items()}
