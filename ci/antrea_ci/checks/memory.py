"""What was found before for the very same content: files, references, tools, settings and day.

One JSON file a result below ``<cache>/antrea-gitops/checks/``. Findings hold no secret, so they can be kept.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, astuple
from datetime import date
from pathlib import Path
from typing import TypedDict, cast

from antrea_ci import __version__, vcs
from antrea_ci.files import write_atomically
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.places import cache_folder
from antrea_ci.repo import ClusterRepo

_PACKAGE = Path(__file__).parents[1]
_KEPT = 500
# What else than the repository decides a finding: settings, and where a hook says that commits are pushed.
_VARIABLES = ("ANTREA_GITOPS_", "PRE_COMMIT_", "PATH")
_AT_HAND = "ANTREA_GITOPS_PULL_SECRET"
_MANY_FILES = 5_000


class _Entry(TypedDict):
    rule: str
    message: str
    severity: str
    location: tuple[str, int, int, int]
    object: str
    why: str
    fix: str
    source: str
    stricter: bool


def key_of(repo: ClusterRepo, files: Sequence[str] | None, today: date) -> str | None:
    """The name of this content; None where it cannot be told cheaply (no Git, a huge repository, a secret at hand)."""
    names = None if _AT_HAND in os.environ else vcs.worktree_files(repo.root)
    if names is None or len(names) > _MANY_FILES:
        return None
    digest = hashlib.sha256(repr((__version__, _own_state(), today.isoformat(), files, _settings())).encode())
    digest.update(vcs.references(repo.root))
    for name in names:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + _content(repo.root / name))
    return digest.hexdigest()


def recall(key: str) -> list[Finding] | None:
    """The findings kept under ``key``; None where there are none, or they cannot be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        entries = cast("list[_Entry]", json.loads(_file(key).read_bytes()))
        return [_finding(entry) for entry in entries]
    return None


def keep(key: str, findings: Sequence[Finding]) -> None:
    """Keeps ``findings`` for the next run; a cache that cannot be written is no reason to fail."""
    path = _file(key)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps([_entry(finding) for finding in findings]).encode())
        _forget_the_oldest(path.parent)


def _file(key: str) -> Path:
    return cache_folder() / "checks" / f"{key}.json"


def _entry(finding: Finding) -> dict[str, object]:
    return {**asdict(finding), "location": astuple(finding.location)}


def _finding(entry: _Entry) -> Finding:
    return Finding(
        entry["rule"],
        entry["message"],
        Severity(entry["severity"]),
        Location(*entry["location"]),
        **{name: entry[name] for name in ("object", "why", "fix", "source")},
        stricter=entry["stricter"],
    )


def _content(path: Path) -> bytes:
    if path.is_symlink():
        return b"link" + os.fsencode(path.readlink())
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"no file"


def _own_state() -> list[tuple[str, int, int]]:
    """The files of this tool: after a change of a rule nothing that was found before counts."""
    states = ((path, path.stat()) for path in _PACKAGE.rglob("*") if path.suffix in (".py", ".yaml", ".json"))
    return sorted((str(path), state.st_mtime_ns, state.st_size) for path, state in states)


def _settings() -> list[tuple[str, str]]:
    return sorted((key, value) for key, value in os.environ.items() if key.startswith(_VARIABLES))


def _forget_the_oldest(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in kept[:-_KEPT]:
        path.unlink(missing_ok=True)
