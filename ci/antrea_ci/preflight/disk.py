"""Room for what the installer writes, where it writes it, and whether it can start what it unpacks there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.findings import Finding, Location
from antrea_ci.preflight.limits import limits
from antrea_ci.preflight.site import Found, Site, error
from antrea_ci.wording import count

_MIB = 1 << 20


@dataclass(frozen=True)
class _Room:
    """A folder, the MiB that it needs, for what, and which setting moves it."""

    folder: Path
    mib: int
    what: str
    mover: str


def probe(site: Site) -> Found:
    """The nearest folders that are there already: nothing is made but a file that is gone at once."""
    facts = limits()["disk"]
    rooms = [_Room(_there(site.work), facts["work"][site.cluster.method], "the installer's work folder", "--work-dir")]
    if site.cluster.platform in facts["with_image"] and site.cluster.method == "ipi":
        cache = _there(site.means.cache)
        rooms.append(_Room(cache, facts["image"], "the installer's cache of images", "XDG_CACHE_HOME"))
    for room in rooms:
        yield from _unwritable(room)
    yield from _space(rooms)
    if site.cluster.method == "ipi" and _forbids_programs(rooms[0].folder):
        message = f"{rooms[0].folder} is mounted noexec, and the installer starts programs that it unpacks there"
        yield error("preflight/disk-noexec", Location(), message)


def _there(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.is_dir()), folder)


def _unwritable(room: _Room) -> Iterator[Finding]:
    try:
        with tempfile.TemporaryFile(dir=room.folder):
            return
    except OSError as fault:
        message = f"{room.folder} ({room.what}) cannot be written: {fault.strerror or fault}"
        yield error("preflight/disk-unwritable", Location(), message, fix=f"name another folder by {room.mover}")


def _space(rooms: list[_Room]) -> Iterator[Finding]:
    """What lies on one file system needs its room together."""
    systems: dict[int, list[_Room]] = {}
    for room in rooms:
        systems.setdefault(room.folder.stat().st_dev, []).append(room)
    for together in systems.values():
        free, needed = shutil.disk_usage(together[0].folder).free // _MIB, sum(room.mib for room in together)
        if free < needed:
            what = " and ".join(f"{room.what} ({room.folder})" for room in together)
            movers = " or ".join(room.mover for room in together)
            fix = f"free {count(needed - free, 'MiB').removesuffix('s')}, or name another folder by {movers}"
            message = f"{what} needs {needed} MiB, and {free} MiB are free"
            yield error("preflight/disk-space", Location(), message, fix=fix)


def _forbids_programs(folder: Path) -> bool:
    """Whether the file system is mounted so that nothing in it can be started; False where the system does not tell."""
    flag = getattr(os, "ST_NOEXEC", 0)
    return bool(os.statvfs(folder).f_flag & flag)
