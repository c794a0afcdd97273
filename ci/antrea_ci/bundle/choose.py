"""Which folder of an archive is the bundle of one flavour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antrea_ci.bundle.errors import BundleError

if TYPE_CHECKING:
    from antrea_ci.bundle.archive import Archive

FLAVOURS = ("openshift", "kubernetes")
MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
_MARK = b"AntreaInstall"


@dataclass(frozen=True)
class Chosen:
    """The bundle's files by their name within ``folder``; ``folder`` is empty for the archive's top."""

    archive: Archive
    folder: str
    files: Mapping[str, bytes]

    @property
    def where(self) -> str:
        """The folder as messages name it."""
        return f"{self.archive.name}/{self.folder}" if self.folder else self.archive.name


def is_manifest(name: str) -> bool:
    """Whether kustomize would read a file of this name as objects."""
    return name.lower().endswith(MANIFEST_SUFFIXES)


def choose_folder(archive: Archive, flavour: str) -> Chosen:
    """The one folder that holds the flavour's files. Raises BundleError if there are several, or none."""
    candidates = _candidates(archive.entries, flavour)
    if not candidates:
        raise _nothing_found(archive, flavour)
    if len(candidates) > 1:
        names = " and ".join(_shown(folder) for folder in candidates)
        raise BundleError(
            f"{archive.name}: holds {len(candidates)} bundles for {flavour}: {names}",
            fix="unpack it and import the folder that is meant",
        )
    folder = candidates[0]
    _refuse_oversized(archive, folder)
    return Chosen(archive, folder, _below(archive.entries, folder))


def _candidates(entries: Mapping[str, bytes], flavour: str) -> list[str]:
    """The folders named after the flavour; else those that hold an AntreaInstall and are named after no flavour.

    A folder below another candidate is a part of it.
    """
    manifests = [name for name in entries if is_manifest(name)]
    marked = {_parent(name) for name in manifests if _MARK in entries[name]}
    named = {folder for name in manifests for folder in _named_after(name, flavour)}
    others = {folder for folder in marked if not set(FLAVOURS) & set(folder.split("/"))}
    found = sorted(named & marked or others or named)
    return [folder for folder in found if not any(_is_below(folder, other) for other in found)]


def _is_below(folder: str, other: str) -> bool:
    return folder != other and (not other or folder.startswith(f"{other}/"))


def _named_after(name: str, flavour: str) -> Iterable[str]:
    """The innermost folder above the file that is named after the flavour, if there is one."""
    parents = name.split("/")[:-1]
    for depth in range(len(parents), 0, -1):
        if parents[depth - 1] == flavour:
            return ["/".join(parents[:depth])]
    return []


def _nothing_found(archive: Archive, flavour: str) -> BundleError:
    folders: dict[str, int] = {}
    for name in archive.entries:
        folders[_parent(name)] = folders.get(_parent(name), 0) + 1
    held = [f"{_shown(folder)} ({count} file{'s' if count != 1 else ''})" for folder, count in sorted(folders.items())]
    more = f" and {len(held) - 6} more folders" if len(held) > 6 else ""
    return BundleError(
        f"{archive.name}: no bundle for {flavour} in it: looked for a folder deploy/{flavour}/ or {flavour}/, or for"
        f" the files themselves with the AntreaInstall; it holds {', '.join(held[:6]) or 'nothing of use'}{more}",
        fix="give the vendor's deploy.tar.gz, or the folder deploy of it; archives inside are opened one level deep",
    )


def _refuse_oversized(archive: Archive, folder: str) -> None:
    from antrea_ci.bundle.streams import MAX_FILE_BYTES

    for name, size in archive.oversized.items():
        if _parent(name) == folder or name.startswith(f"{folder}/"):
            raise BundleError(
                f"{archive.name}: {name} has {size:,} bytes; a file of a bundle may have {MAX_FILE_BYTES >> 20} MiB",
                fix="get the archive from the vendor again",
            )


def _below(entries: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    prefix = f"{folder}/" if folder else ""
    return {name.removeprefix(prefix): entries[name] for name in sorted(entries) if name.startswith(prefix)}


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _shown(folder: str) -> str:
    return f"{folder}/" if folder else "its top"
