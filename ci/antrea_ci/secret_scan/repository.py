"""Searches the files of a repository, and what its unpushed commits brought."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.outgoing import outgoing_changes, read_blobs
from antrea_ci.secret_scan import Hit, scan
from antrea_ci.secret_scan.layers import as_utf8

_LARGEST = 16 * 1024 * 1024
_PIECE = 4 * 1024 * 1024
_OVERLAP = 64 * 1024
_IN_HISTORY = "take it out of the history before you push (`git rebase -i`), and change or revoke the secret"


@dataclass
class _Seen:
    """The blobs that need no second look, and the findings that need not be told twice."""

    blobs: set[str] = field(default_factory=set[str])
    told: set[tuple[str, str, Location]] = field(default_factory=set[tuple[str, str, Location]])


def findings(root: Path, files: Iterable[str]) -> Iterator[Finding]:
    """Every secret in ``files`` (paths from ``root``), then those that only the commits to be pushed hold."""
    seen = _Seen()
    for name in files:
        path = root / name
        if path.is_file() and not path.is_symlink():
            try:
                yield from _in_file(name, path, seen)
            except OSError as error:
                yield _not_searched(name, f"this file cannot be read: {error.strerror}")
    yield from _in_commits(root, seen)


def _in_file(name: str, path: Path, seen: _Seen) -> Iterator[Finding]:
    size = path.stat().st_size
    if size > _LARGEST:
        yield _too_large(name, size)
    elif size > _PIECE:
        yield from _in_pieces(name, path)
    else:
        data = path.read_bytes()
        seen.blobs.update(_blob_ids(data))
        for finding in _told(data, name, scan(data, name)):
            seen.told.add((finding.rule, finding.message, finding.location))
            yield finding


def _in_pieces(name: str, path: Path) -> Iterator[Finding]:
    """A large file, piece by piece; what lies across two of them is in the overlap."""
    told: set[tuple[str, Location]] = set()
    line, rest = 0, b""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            data = rest + piece
            for finding in _told(data, name, scan(data, name), first_line=line):
                if (finding.rule, finding.location) not in told:
                    told.add((finding.rule, finding.location))
                    yield finding
            rest = data[-_OVERLAP:]
            rest = rest[rest.find(b"\n") + 1 :]
            line += data[: len(data) - len(rest)].count(b"\n")


def _in_commits(root: Path, seen: _Seen) -> Iterator[Finding]:
    """The contents that the commits brought and the work tree does not have any more."""
    changes: dict[tuple[str, str], str] = {}
    for change in outgoing_changes(root):
        if change.blob not in seen.blobs:
            changes[change.blob, change.name] = change.commit
    for blob, data in read_blobs(root, sorted({blob for blob, _ in changes}), largest=_PIECE):
        for (found, name), commit in changes.items():
            if found == blob:
                yield from _in_blob(name, commit, data, seen)


def _in_blob(name: str, commit: str, data: bytes | int, seen: _Seen) -> Iterator[Finding]:
    where = f" in the commit {commit[:12]}, which is about to be pushed"
    if isinstance(data, int):
        yield _too_large(name, data, where)
        return
    for finding in _told(data, name, scan(data, name)):
        if (finding.rule, finding.message, finding.location) not in seen.told:
            yield Finding(finding.rule, finding.message + where, location=finding.location, fix=_IN_HISTORY)


def _told(data: bytes, name: str, hits: Iterable[Hit], *, first_line: int = 0) -> Iterator[Finding]:
    text = as_utf8(data)
    for hit in hits:
        if hit.rule == "installer-file":
            place = Location(name)
        else:
            begin = text.rfind(b"\n", 0, hit.offset) + 1
            line = first_line + text.count(b"\n", 0, hit.offset) + 1
            column = len(text[begin : hit.offset].decode("utf-8", "replace")) + 1
            place = Location(name, line, column)
        yield Finding(f"secrets/{hit.rule}", f"this is {hit.what}", location=place)


def _too_large(name: str, size: int, where: str = "") -> Finding:
    return _not_searched(name, f"{size // 1024 // 1024} MiB are too many to be searched{where}")


def _not_searched(name: str, message: str) -> Finding:
    return Finding("secrets/not-searched", message, Severity.WARNING, Location(name))


def _blob_ids(data: bytes) -> tuple[str, str]:
    """The names of this content in a Git repository of either kind."""
    whole = b"blob %d\0" % len(data) + data
    return hashlib.sha1(whole, usedforsecurity=False).hexdigest(), hashlib.sha256(whole).hexdigest()
