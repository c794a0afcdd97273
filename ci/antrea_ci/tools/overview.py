"""`tools list`: each locked program as it stands on this machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from antrea_ci.tools import cache
from antrea_ci.tools.catalogue import platform
from antrea_ci.tools.find import on_path
from antrea_ci.tools.lock import LockedTool, ToolsLock


@dataclass(frozen=True)
class ToolState:
    """One program. ``origin`` is cache, PATH or ""; ``found`` is the version at ``path``, ``usable`` if locked.

    ``checksum`` says whether one is locked for this platform.
    """

    name: str
    version: str
    origin: str
    path: str
    found: str
    usable: bool
    checksum: bool

    def as_json(self) -> dict[str, str | bool]:
        """The form that ``--format json`` prints."""
        return asdict(self)


def overview(lock: ToolsLock) -> list[ToolState]:
    """Every program of the lock, in its order. Starts those that only PATH has, to ask for their version."""
    return [_state(tool) for tool in lock.tools.values()]


def _state(tool: LockedTool) -> ToolState:
    checksum = bool(tool.sha256.get(platform()))
    kept = cache.lookup(tool)
    if kept is not None:
        return ToolState(tool.name, tool.version, "cache", str(kept), tool.version, usable=True, checksum=checksum)
    found = on_path(tool.name)
    if found is None:
        return ToolState(tool.name, tool.version, "", "", "", usable=False, checksum=checksum)
    usable = found.version == tool.version
    return ToolState(tool.name, tool.version, "PATH", str(found.program), found.version, usable, checksum)
