"""Brings the vendor's interworking archive into a cluster repository: its manifests byte for byte, with their lock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.bundle.archive import Archive, read_archive
from antrea_ci.bundle.choose import is_manifest
from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.expected import Expected
from antrea_ci.bundle.lock import KUSTOMIZATION, digests
from antrea_ci.nsx import known
from antrea_ci.nsx.interworking import Interworking, read_interworking
from antrea_ci.nsx.lock import LOCK, Lock, write_kustomization, write_lock

INTERWORKING = Expected(
    what="an interworking archive",
    usual_entries="an interworking archive has about ten",
    usual_size="an interworking archive has less than 100 MiB",
    unpack="unpack it and give the folder with interworking.yaml in it",
    give="give the vendor's antrea-interworking-VERSION.zip (also .tar.gz, .tgz, .tar) or a folder",
    mark=b"vmware-system-antrea",
)
_VERSION = re.compile(r"interworking[-_]v?(\d+\.\d+\.\d+(?:[_+-]vmware\.\d+)?)")


@dataclass(frozen=True)
class Taken:
    """What an archive gives. ``tree``: the content of antrea/interworking/; ``folder``: where in the archive it was."""

    interworking: Interworking
    lock: Lock
    folder: str
    tree: Mapping[str, bytes]


def take(source: Path) -> Taken:
    """Reads an archive, and writes nothing. Raises BundleError or FindingsError for what cannot be used."""
    archive = read_archive(source, INTERWORKING)
    folder = _folder(archive)
    inside = _below(archive, folder)
    kept = {name: data for name, data in inside.items() if "/" not in name and is_manifest(name)}
    where = f"{archive.name}/{folder}" if folder else archive.name
    interworking = read_interworking(kept, where)
    lock = Lock(
        archive_name=archive.name,
        archive_sha256=archive.sha256,
        version=interworking.version or _version_of(where),
        left_out=tuple(sorted(_left_out(archive, folder, inside, kept).items())),
        files=digests(kept),
    )
    return Taken(interworking, lock, folder, {**kept, LOCK: write_lock(lock), KUSTOMIZATION: write_kustomization()})


def _folder(archive: Archive) -> str:
    """The one folder with interworking.yaml in it. Raises BundleError if there are several, or none."""
    name = known.text("archive", "join")
    found = sorted(path.rpartition("/")[0] for path in archive.entries if path.rpartition("/")[2] == name)
    if len(found) == 1:
        return found[0]
    if found:
        folders = " and ".join(folder or "its top" for folder in found)
        message = f"{archive.name}: {name} stands {len(found)} times in it: in {folders}"
        raise BundleError(message, fix="unpack it and give the folder that is meant")
    held = ", ".join([*sorted(archive.entries)[:6], *(["…"] if len(archive.entries) > 6 else [])])
    oversized = next((path for path in archive.oversized if path.rpartition("/")[2] == name), None)
    reason = (
        f"{oversized} is too large" if oversized else f"there is no {name} in it; it holds {held or 'nothing of use'}"
    )
    raise BundleError(f"{archive.name}: {reason}", fix=INTERWORKING.give)


def _below(archive: Archive, folder: str) -> dict[str, bytes]:
    prefix = f"{folder}/" if folder else ""
    return {path.removeprefix(prefix): data for path, data in archive.entries.items() if path.startswith(prefix)}


def _left_out(archive: Archive, folder: str, inside: Mapping[str, bytes], kept: Mapping[str, bytes]) -> dict[str, str]:
    """What does not belong into Git, by name, with the reason; of a folder inside it, the folder."""
    prefix = f"{folder}/" if folder else ""
    large = [path.removeprefix(prefix) for path in archive.oversized if path.startswith(prefix)]
    found = {name: "it is no manifest" for name in inside if name not in kept}
    found |= dict.fromkeys(large, "it is no manifest, and too large for Git")
    return {name: "it is a program" if name.startswith("bin/") else reason for name, reason in found.items()}


def _version_of(where: str) -> str | None:
    found = _VERSION.search(where)
    return found[1] if found else None
