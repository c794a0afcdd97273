"""Learns what the installer makes: the administrator's password, keys and tokens, wherever in its folder they lie."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from antrea_ci.facts import facts
from antrea_ci.redaction.state import learn
from antrea_ci.values import texts_at

_Mark = tuple[int, int, int]

_SETTLED_NANOSECONDS = 2_000_000_000
_LARGEST = 64 << 20
_REWRITTEN = ("", "auth")

_lock = threading.Lock()


def learn_new(folder: Path) -> None:
    """Reads those files of ``folder`` that may hold secrets and that changed since they were read last."""
    # Nobody may find a file seen, and give out what it holds, before it is learnt.
    with _lock:
        for watched in _watched(str(folder)):
            for path in watched.changed():
                from antrea_ci.redaction.dig import secrets_in

                learn(secrets_in(Path(path).name, _content(path)))


@cache
def _watched(folder: str) -> tuple[_Watched, ...]:
    patterns: dict[str, list[str]] = {}
    for pattern in texts_at(facts("redaction"), ("generated_files",)):
        parent, _, name = pattern.rpartition("/")
        patterns.setdefault(parent, []).append(name)
    return tuple(_Watched(os.path.join(folder, parent), names, parent) for parent, names in patterns.items())


class _Watched:
    """A folder whose files are looked at again when it changed; those that are written anew in place, each time."""

    def __init__(self, path: str, patterns: list[str], parent: str) -> None:
        self._path = path
        self._patterns = patterns
        self._is_rewritten = parent in _REWRITTEN
        self._mark: _Mark | None = None
        self._is_settled = False
        self._files: dict[str, _Mark | None] = {}

    def changed(self) -> Iterator[str]:
        """The paths of new and changed files; each is told once for each change."""
        mark = _mark(self._path)
        if mark is None:
            return
        if mark != self._mark:
            self._list()
            self._mark = mark
        elif self._is_settled and not self._is_rewritten:
            return
        newest = mark[0]
        for path, before in self._files.items():
            now = _mark(path)
            if now is not None:
                newest = max(newest, now[0])
                if now != before:
                    self._files[path] = now
                    yield path
        # What is written within the same tick of the clock has the same mark, so a young folder is looked at again.
        self._is_settled = time.time_ns() - newest > _SETTLED_NANOSECONDS

    def _list(self) -> None:
        with os.scandir(self._path) as entries:
            names = [entry.name for entry in entries if any(fnmatchcase(entry.name, one) for one in self._patterns)]
        paths = [os.path.join(self._path, name) for name in names]
        self._files = {path: self._files.get(path) for path in paths}


def _mark(path: str) -> _Mark | None:
    try:
        state = os.stat(path)  # noqa: PTH116 - called before each output, so no object is made of each path
    except OSError:  # not there yet, or eaten by the installer
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(_LARGEST)
    except OSError:
        return b""
