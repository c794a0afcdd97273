"""What the system knows of running processes: when each began, and who belongs to a session."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from antrea_ci import process
from antrea_ci.errors import AntreaGitopsError

_PROC = Path("/proc")
_ENDED = "ZX"


def began(pid: int) -> str:
    """When the process began, in the system's own words; empty if it has ended, also while nobody has waited for it.

    On Linux ticks since the machine started, with the identity of that start, so that no clock can move it.
    """
    if sys.platform != "linux":
        return _began_by_ps(pid)
    try:
        # The name in parentheses may itself hold parentheses and spaces (proc(5)).
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    state, ticks = fields[0].decode(), fields[19].decode()
    return "" if state in _ENDED else f"{ticks}@{_machine_start()}"


def members(session: int) -> list[int]:
    """The processes of the session that are living."""
    return [pid for pid in _all() if _session_of(pid) == session and began(pid)]


def _machine_start() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        # Some sandboxes have no such file; ticks alone tell processes apart until the machine starts again.
        return ""


def _session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def _all() -> Iterator[int]:
    if sys.platform == "linux":
        names = os.listdir(_PROC)  # noqa: PTH208 (names are all that is wanted)
    else:
        names = _ps("-axo", "pid=").split()
    yield from (int(name) for name in names if name.isdigit())


def _began_by_ps(pid: int) -> str:
    state, _, start = _ps("-o", "stat=,lstart=", "-p", str(pid)).strip().partition(" ")
    return "" if not state or state[0] in _ENDED else start.strip()


def _ps(*arguments: str) -> str:
    try:
        done = process.run(
            ["ps", *arguments], env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}, check=False
        )
    except AntreaGitopsError:
        return ""
    return done.stdout.decode("ascii", "replace")
