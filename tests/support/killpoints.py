"""Where a process can be killed: at its changes of the file system.

Points are before each change that Python's audit events announce (opening for writing, making, renaming and
removing), after each opening for writing (the file is there and empty), before a program is started, and before and
after the exchange of two folders, which no event announces.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_CHANGES = {
    "os.rename",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
    "os.utime",
    "subprocess.Popen",
    "os.posix_spawn",
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def count_changes(point: Callable[[str], None]) -> None:
    """From now on ``point`` is called at each change of the file system that this process makes, with what it is."""
    from antrea_ci import files

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and _opens_for_writing(arguments)):
            point(f"{event} {arguments[0]}")

    files._exchange = _around(files._exchange, point)
    io.open = builtins.open = _after_opening(io.open, point)
    sys.addaudithook(audit)


def _after_opening(opening: Callable[..., Any], point: Callable[[str], None]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        stream = opening(*args, **kwargs)
        if not isinstance(args[0], int) and stream.writable():
            point(f"opened {args[0]}")
        return stream

    return wrapped


def _around(function: Callable[..., Any], point: Callable[[str], None]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        point("before exchange")
        result = function(*args, **kwargs)
        point("after exchange")
        return result

    return wrapped


def _opens_for_writing(arguments: tuple[Any, ...]) -> bool:
    path, _, flags = arguments
    return isinstance(path, str | bytes) and os.fsdecode(path) != os.devnull and bool(flags & _WRITING)
