"""The folder that keeps fetched programs: ``<cache>/antrea-gitops/tools/<name>/<version>/<name>``.

Beside each program stands a receipt that says from which archive it came; finding one starts no process.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from antrea_ci import files
from antrea_ci.errors import MissingRequirementError
from antrea_ci.places import cache_folder
from antrea_ci.tools.catalogue import platform
from antrea_ci.tools.lock import LockedTool

_RECEIPT = "receipt.json"


@dataclass(frozen=True)
class Receipt:
    """Where a kept program came from. ``origin`` is ``release`` (then ``sha256`` is its archive's) or ``go``."""

    origin: str
    platform: str
    sha256: str = ""


def folder() -> Path:
    """Where programs are kept."""
    return cache_folder() / "tools"


def lookup(tool: LockedTool) -> Path | None:
    """The kept program, if it is of this platform and came from the archive that is locked (or was built by Go)."""
    home = folder() / tool.name / tool.version
    program = home / tool.name
    if not os.access(program, os.X_OK):
        return None
    receipt = _read(home / _RECEIPT)
    here = platform()
    if receipt is None or receipt.platform != here:
        return None
    expected = tool.sha256.get(here, "")
    genuine = receipt.origin == "go" or (bool(expected) and receipt.sha256 == expected)
    return program if genuine else None


def keep(tool: LockedTool, program: Path, receipt: Receipt) -> Path:
    """Moves a verified program out of its staging folder into the cache as one step; returns its new place."""
    new = program.parent / "kept"
    new.mkdir()
    (new / _RECEIPT).write_text(json.dumps(asdict(receipt)) + "\n", encoding="ascii")
    program.rename(new / tool.name)
    (new / tool.name).chmod(0o755)
    home = folder() / tool.name / tool.version
    files.swap_in(new, home)
    return home / tool.name


@contextmanager
def reserved(tool: LockedTool) -> Generator[Path]:
    """A staging folder for installing ``tool``, for one run at a time (others wait); it is gone afterwards."""
    home = folder() / tool.name
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle = os.open(home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        message = f"the folder for programs, {home}, cannot be written: {error.strerror}"
        raise MissingRequirementError(message, fix="set XDG_CACHE_HOME to a folder that can") from None
    try:
        _wait_for(handle, tool)
        with files.staging_folder(home) as staging:
            yield staging
    finally:
        os.close(handle)


def _wait_for(handle: int, tool: LockedTool) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"waiting for another run that installs {tool.name} {tool.version}", file=sys.stderr)
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        # A file system without locks: both runs install, and the swap at the end lets either win whole.
        return


def _read(file: Path) -> Receipt | None:
    try:
        raw = cast("dict[str, str]", json.loads(file.read_bytes()))
        return Receipt(raw["origin"], raw["platform"], raw["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
