"""What happened to an installation, in order: lines of JSON that are only added, each on disk before the next step.

It decides what `--resume` may do, so it is written before and after every step, and holds no secret.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, cast

from antrea_ci import redaction
from antrea_ci.errors import AntreaGitopsError

Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True)
class Entry:
    """One line: when (UTC), what, and its values."""

    time: str
    event: str
    values: Mapping[str, Value]

    def text(self, name: str) -> str:
        """The value as text; empty where there is none."""
        value = self.values.get(name)
        return "" if value is None else str(value)


class Journal:
    """The journal in a file; the file is made by the first entry."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def append(self, event: str, **values: Value) -> Entry:
        """Adds an entry; when this returns, it survives a crash of the machine."""
        line = line_of(event, **values)
        with self._lock:
            self._write(line)
        return read_entries(line, str(self._file))[0]

    def _write(self, line: bytes) -> None:
        is_new = not self._file.exists()
        with self._file.open("r+b" if not is_new else "x+b") as stream:
            os.chmod(stream.fileno(), 0o600)
            _cut_torn_line(stream.fileno())
            stream.seek(0, os.SEEK_END)
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            _sync_folder(self._file.parent)

    def entries(self) -> list[Entry]:
        """All entries. Raises AntreaGitopsError like read_entries."""
        return read_entries(self._file.read_bytes(), str(self._file)) if self._file.exists() else []


# Words of ours, by which a later run decides: a password that is one of them must not change what was done.
_OUR_WORDS = frozenset(
    {"phase", "verb", "kind", "stage", "reached", "part", "commit", "host", "started", "sha256"}
    | {"ref", "outcome", "state", "until", "name"}
)


def line_of(event: str, **values: Value) -> bytes:
    """A new entry as it is written, without secrets."""
    told = {name: value if name in _OUR_WORDS else _without_secrets(value) for name, value in values.items()}
    time = datetime.now(tz=UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": time, "event": event, **told}, ensure_ascii=False).encode() + b"\n"


def _without_secrets(value: Value) -> Value:
    return redaction.text(value) if isinstance(value, str) else value


def read_entries(data: bytes, shown_as: str) -> list[Entry]:
    """The entries of a journal; a last line that a crash tore is none. Any other fault is an AntreaGitopsError."""
    return [_entry(f"{shown_as}:{number}", line) for number, line in enumerate(data.split(b"\n")[:-1], 1)]


def _entry(place: str, line: bytes) -> Entry:
    try:
        read = cast("object", json.loads(line))
    except ValueError:
        read = None
    fields = cast("dict[str, Value]", read) if isinstance(read, dict) else {}
    time, event = fields.pop("time", None), fields.pop("event", None)
    if not isinstance(time, str) or not isinstance(event, str):
        raise AntreaGitopsError(
            f"{place}: this is no entry of a journal",
            why="what was done to the cluster cannot be told from it, and nothing is guessed",
            fix="restore the folder with `antrea-gitops backup restore`, or name another one with --work-dir",
        )
    return Entry(time, event, fields)


def _cut_torn_line(handle: int) -> None:
    """Takes away what a crash left of a line that was never finished."""
    size = os.lseek(handle, 0, os.SEEK_END)
    if size == 0 or os.pread(handle, 1, size - 1) == b"\n":
        return
    data = os.pread(handle, size, 0)
    os.ftruncate(handle, data.rfind(b"\n") + 1)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
