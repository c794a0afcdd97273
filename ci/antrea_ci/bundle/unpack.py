"""Takes the regular files out of a tar, a zip or a folder, and refuses everything that is not a plain file."""

from __future__ import annotations

import os
import stat
import tarfile
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.streams import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_NESTED_BYTES,
    Bounded,
    Budget,
    Readable,
    decoding,
    kind_of,
    truncated,
)

_HEAD = 512
_ENCRYPTED = 0x1
_PLAIN_ZIP_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
_CENTRAL_ENTRY = b"PK\x01\x02"
_IGNORED_FOLDERS = {"__MACOSX", ".git"}


@dataclass
class Intake:
    """Collects files by safe relative name. ``label`` is the archive as messages name it."""

    label: str
    budget: Budget
    entries: dict[str, bytes] = field(default_factory=dict[str, bytes])
    oversized: dict[str, int] = field(default_factory=dict[str, int])
    _folded: dict[str, str] = field(default_factory=dict[str, str])

    def name(self, raw: str) -> str | None:
        """The entry's name in one form; None if it is to be ignored. Raises BundleError for an unsafe one."""
        fault = _fault(raw)
        if fault:
            raise BundleError(f"{self.label}: the entry {raw!r} {fault}", fix="get the archive from the vendor again")
        parts = [part for part in raw.split("/") if part not in ("", ".")]
        return "/".join(parts) if parts and not _is_leftover(parts) else None

    def reserve(self, name: str) -> None:
        """Raises BundleError if another entry has this name, in a spelling that a file system may take for the same."""
        folded = unicodedata.normalize("NFC", name).casefold()
        other = self._folded.get(folded)
        self._folded[folded] = name
        if other is None:
            return
        if other == name:
            raise BundleError(f"{self.label}: the entry {name!r} stands twice in it")
        raise BundleError(f"{self.label}: the entries {other!r} and {name!r} differ only in upper and lower case")

    def add(self, name: str, size: int, stream: Readable) -> None:
        """Keeps a file of a bundle's size, or an archive to look into; notes the name and size of a larger one."""
        head = _read(stream, min(size, _HEAD))
        limit = MAX_FILE_BYTES if kind_of(head) is None else MAX_NESTED_BYTES
        if size > limit:
            self.oversized[name] = size
            return
        data = head + _read(stream, size - len(head))
        if len(data) < size:
            raise truncated(self.label)
        self.entries[name] = data

    def refuse(self, name: str, what: str) -> BundleError:
        return BundleError(
            f"{self.label}: the entry {name!r} is {what}; {self.budget.expected.what} holds plain files only",
            fix="get the archive from the vendor again",
        )

    def close(self) -> None:
        """Raises BundleError if a file has the name of a folder, or if nothing at all was there."""
        names = {*self.entries, *self.oversized}
        for name in sorted(names):
            parents = name.split("/")[:-1]
            for depth in range(1, len(parents) + 1):
                if "/".join(parents[:depth]) in names:
                    raise BundleError(f"{self.label}: {'/'.join(parents[:depth])!r} is both a file and a folder in it")
        if not names:
            raise BundleError(f"{self.label}: is empty: there is no file in it")


def _fault(raw: str) -> str:
    parts = raw.split("/")
    if raw.startswith("/") or (len(raw) > 1 and raw[1] == ":" and raw[0].isalpha()):
        return "is an absolute path"
    if ".." in parts:
        return "leads out of the archive with `..`"
    if "\\" in raw:
        return "has a backslash in its name"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in raw):
        return "has a character in its name that no file should have"
    return "has a name that is too long" if any(len(part.encode()) > 255 for part in parts) else ""


def _is_leftover(parts: list[str]) -> bool:
    """What macOS and a checkout leave behind: no part of what the vendor ships."""
    return not _IGNORED_FOLDERS.isdisjoint(parts) or parts[-1] == ".DS_Store" or parts[-1].startswith("._")


def _read(stream: Readable, size: int) -> bytes:
    """``size`` bytes, or fewer if the stream ends before."""
    data = bytearray()
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return bytes(data)


# The names of these errors are tarfile's own, but its stubs do not list them.
_TAR: Any = tarfile
_END_OF_ARCHIVE: type[Exception] = _TAR.EOFHeaderError
_CUT_OFF: tuple[type[Exception], ...] = (_TAR.TruncatedHeaderError, _TAR.EmptyHeaderError)
_HEADER_ERRORS: type[Exception] = _TAR.HeaderError


class Header(tarfile.TarInfo):
    """tarfile takes a damaged header for the end of the archive; here it is an error."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Header:
        try:
            return super().fromtarfile(tarfile)
        except _END_OF_ARCHIVE:
            raise
        except _CUT_OFF:
            raise EOFError from None
        except _HEADER_ERRORS as error:
            raise ValueError(str(error) or "a header is damaged") from None


def read_tar(stream: Bounded, intake: Intake) -> None:
    """Every file of an uncompressed tar that is read once, front to back."""
    with decoding(intake.label):
        archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=Header)  # noqa: SIM115 nothing to close
        for member in archive:
            intake.budget.take_entry()
            _take_tar_member(archive, member, intake)
        stream.drain()
    intake.close()


def _take_tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, intake: Intake) -> None:
    name = intake.name(member.name)
    if name is None or member.isdir():
        return
    if not member.isreg() or member.issparse() or member.size < 0:
        raise intake.refuse(name, tar_kind(member))
    intake.reserve(name)
    if content := archive.extractfile(member):
        intake.add(name, member.size, content)


def tar_kind(member: tarfile.TarInfo) -> str:
    """What a member that is no plain file is."""
    if member.issym():
        return f"a symbolic link to {member.linkname!r}"
    if member.islnk():
        return f"a hard link to {member.linkname!r}"
    return "a sparse file" if member.issparse() else "a device, a pipe or something unknown"


def read_zip(stream: IO[bytes], intake: Intake) -> None:
    """Every file of a zip archive."""
    with decoding(intake.label):
        _refuse_huge_directory(stream, intake)
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                intake.budget.take_entry()
                _take_zip_member(archive, member, intake)
    intake.close()


def _refuse_huge_directory(stream: IO[bytes], intake: Intake) -> None:
    """zipfile reads the whole directory at once; a stored zip inside has entries of its own, hence the margin."""
    found, tail = 0, b""
    stream.seek(0)
    while chunk := stream.read(1024 * 1024):
        found += (tail + chunk).count(_CENTRAL_ENTRY)
        tail = chunk[-3:]
        if found > 4 * MAX_ENTRIES:
            usual = intake.budget.expected.usual_entries
            raise BundleError(f"{intake.label}: holds more than {MAX_ENTRIES:,} entries; {usual}")
    stream.seek(0)


def _take_zip_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, intake: Intake) -> None:
    name = intake.name(member.orig_filename)
    if name is None or member.is_dir():
        return
    what = _zip_fault(member)
    if what:
        raise intake.refuse(name, what)
    intake.reserve(name)
    with archive.open(member) as content:
        intake.add(name, member.file_size, Bounded(content, intake.budget))


def _zip_fault(member: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return "a symbolic link"
    if kind not in (0, stat.S_IFREG):
        return "a device, a pipe or something unknown"
    if member.flag_bits & _ENCRYPTED:
        return "encrypted"
    return "" if member.compress_type in _PLAIN_ZIP_METHODS else f"compressed by method {member.compress_type}"


def read_folder(folder: Path, intake: Intake, below: str = "") -> None:
    """Every file below ``folder``, however deep."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        intake.budget.take_entry()
        name = intake.name(f"{below}{entry.name}")
        if name is None:
            continue
        if entry.is_symlink():
            raise intake.refuse(name, "a symbolic link")
        if entry.is_dir():
            read_folder(Path(entry.path), intake, f"{name}/")
        elif entry.is_file():
            intake.reserve(name)
            with Path(entry.path).open("rb") as stream:
                intake.add(name, entry.stat().st_size, Bounded(stream, intake.budget))
        else:
            raise intake.refuse(name, "a device, a pipe or something unknown")
