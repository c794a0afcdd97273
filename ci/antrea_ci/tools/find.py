"""Where a program of tools.lock.yaml is on this machine; the only door for whoever wants to run one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from antrea_ci import files, process
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.tools import cache
from antrea_ci.tools.catalogue import known_tools
from antrea_ci.tools.lock import LockedTool, ToolsLock, shipped_lock

_ASK_SECONDS = 20.0


@dataclass(frozen=True)
class OnPath:
    """A program that PATH finds, and the version that it tells ("" if it tells none)."""

    program: Path
    version: str


def kustomize_path(lock: ToolsLock | None = None, *, allow_install: bool = True) -> Path:
    """The locked kustomize; see ``ensure_tool``."""
    return ensure_tool("kustomize", lock, allow_install=allow_install)


def ensure_tool(name: str, lock: ToolsLock | None = None, *, allow_install: bool = True) -> Path:
    """The program ``name`` at its locked version (``lock`` None: the shipped one), by the first way that works.

    1. the folder of kept programs; 2. PATH, if the version is the locked one; 3. the release's archive, if its
    checksum is locked; 4. ``go install``, where the program has such a way and Go is there. 3 and 4 say on stderr what
    they do; ``allow_install`` False leaves them out. Raises MissingRequirementError with what each way said,
    ChecksumError as soon as an archive is not the locked one.
    """
    tool = (lock or shipped_lock()).tool(name)
    kept = cache.lookup(tool)
    if kept is not None:
        return kept
    found = on_path(tool.name)
    if found is not None and found.version == tool.version:
        return found.program
    said = _on_path_said(tool, found)
    if not allow_install:
        raise MissingRequirementError(
            f"{name} {tool.version} is not here: {said}", fix=f"antrea-gitops tools install {name}"
        )
    from antrea_ci.tools.install import install

    return install(tool, tried=(said,))


def on_path(name: str) -> OnPath | None:
    """What PATH finds under ``name``, asked for its version (the answer is remembered); None if there is nothing."""
    found = shutil.which(name)
    if found is None:
        return None
    program = Path(found).absolute()
    try:
        status = os.stat(program)  # noqa: PTH116 (follows links, as running it does)
        key = f"{program.resolve(strict=True)} {status.st_mtime_ns} {status.st_size} {status.st_ino}"
        return OnPath(program, _version_of(name, program, key))
    except (OSError, AntreaGitopsError):
        return OnPath(program, "")


def ask_version(name: str, program: Path) -> str:
    """The version that the program at this path tells; "" if it cannot be run or tells none."""
    known = known_tools()[name]
    try:
        done = process.run([str(program), *known.ask], timeout=_ASK_SECONDS, check=False)
    except AntreaGitopsError:
        return ""
    answer = re.search(known.answer, done.stdout.decode("utf-8", "replace"), re.MULTILINE)
    return answer.group(1) if answer else ""


def _on_path_said(tool: LockedTool, found: OnPath | None) -> str:
    if found is None:
        return f"PATH has no {tool.name}"
    told = f"is version {found.version}" if found.version else "does not tell its version"
    return f"{found.program} {told}, not {tool.version}"


@lru_cache(maxsize=64)
def _version_of(name: str, program: Path, key: str) -> str:
    """The program's version. ``key`` changes with the file, so that an answer can be remembered on disk."""
    if not _always_answers_alike(name, program):
        return ask_version(name, program)
    memory = cache.folder() / "asked" / (hashlib.sha256(os.fsencode(program)).hexdigest()[:32] + ".json")
    remembered = _remembered(memory)
    if remembered.get("key") == key:
        return remembered.get("version", "")
    version = ask_version(name, program)
    if version:
        _remember(memory, {"key": key, "version": version})
    return version


def _always_answers_alike(name: str, program: Path) -> bool:
    """False for scripts and for the shims of version managers, which choose by the current folder."""
    real = program.resolve()
    if not real.name.startswith(name):
        return False
    with real.open("rb") as stream:
        return stream.read(2) != b"#!"


def _remembered(memory: Path) -> dict[str, str]:
    try:
        return cast("dict[str, str]", json.loads(memory.read_bytes()))
    except (OSError, ValueError):
        return {}


def _remember(memory: Path, answer: dict[str, str]) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(memory, json.dumps(answer).encode())
    except OSError:
        # A read-only home only costs the question again next time.
        return
