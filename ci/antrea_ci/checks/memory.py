"""What was found before for the very same content: files, references, tools, settings and day.

Findings hold no secret, so they can be kept.
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

from antrea_ci import __version__, memory, vcs
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.pull_secret import registries_at_hand
from antrea_ci.redaction.parts import is_secret
from antrea_ci.repo import ClusterRepo

_WHAT = "checks"
# What else than the repository decides a finding: settings, and where a hook says that commits are pushed.
_VARIABLES = ("ANTREA_GITOPS_", "PRE_COMMIT_", "PATH")
_BACKUPS = "refs/antrea-gitops/"
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
    """The name of this content; None where it cannot be told cheaply (no Git, a huge repository)."""
    names = vcs.worktree_files(repo.root)
    if names is None or len(names) > _MANY_FILES:
        return None
    digest = hashlib.sha256(repr((__version__, memory.own_state(), today.isoformat(), files, _settings())).encode())
    digest.update(vcs.references(repo.root, without=_BACKUPS))
    for name in names:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + _content(repo.root / name))
    return digest.hexdigest()


def recall(key: str) -> list[Finding] | None:
    """The findings kept under ``key``; None where there are none, or they cannot be read."""
    data = memory.recall(_WHAT, key)
    with suppress(ValueError, KeyError, TypeError):
        return [_finding(entry) for entry in cast("list[_Entry]", json.loads(data))] if data else None
    return None


def keep(key: str, findings: Sequence[Finding]) -> None:
    """Keeps ``findings`` for the next run; a cache that cannot be written is no reason to fail."""
    memory.keep(_WHAT, key, json.dumps([_entry(finding) for finding in findings]).encode())


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


def _settings() -> list[tuple[str, str]]:
    """Of secrets only what a finding may tell: a key that a password goes into would let it be guessed."""
    found = [(key, value) for key, value in os.environ.items() if key.startswith(_VARIABLES) and not is_secret(key)]
    opened = registries_at_hand("")
    return sorted([*found, ("registries that the pull secret opens", repr(opened and sorted(opened)))])
