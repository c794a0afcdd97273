"""The outputs of this process, redacted below everything that writes to them: bytes go through as well as text."""

from __future__ import annotations

import atexit
import io
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Literal, TextIO

from antrea_ci.redaction.coding import decoded, encoded
from antrea_ci.redaction.stream import Stream

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_NAMES = ("stdout", "stderr")


class _Outlet(io.BufferedIOBase):
    """Passes on whole lines to the output behind it, and with ``flush`` the beginning of one."""

    def __init__(self, behind: TextIO) -> None:
        self.behind = behind
        self._stream = Stream()
        self._lock = threading.RLock()

    @property
    def name(self) -> str:
        return str(getattr(self.behind, "name", ""))

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self.behind.isatty()

    def fileno(self) -> int:
        return self.behind.fileno()

    def write(self, data: ReadableBuffer, /) -> int:
        given = bytes(data)
        with self._lock:
            self._pass(self._stream.feed(given))
        return len(given)

    def flush(self) -> None:
        with self._lock:
            self._pass(self._stream.flush())
            self.behind.flush()

    def end(self) -> None:
        """Gives out what was held back."""
        with self._lock:
            self._pass(self._stream.end())
            self.behind.flush()

    def _pass(self, data: bytes) -> None:
        if data:
            _write(self.behind, data)


class _Guarded(io.TextIOWrapper):
    """What stands in the place of an output."""

    def __init__(self, outlet: _Outlet) -> None:
        behind = outlet.behind
        # TextIOWrapper has to have names of these; io.StringIO has none.
        encoding, errors = behind.encoding or "utf-8", behind.errors or "surrogateescape"
        super().__init__(outlet, encoding=encoding, errors=errors, newline="\n", write_through=True)
        self.reconfigure(line_buffering=behind.isatty() or behind.line_buffering is True)
        self.outlet = outlet


def guard() -> None:
    """Puts a guarded output in the place of stdout and of stderr where there is none yet."""
    atexit.register(release)
    for name in _NAMES:
        behind: TextIO | None = getattr(sys, name)
        if behind is not None and not isinstance(behind, _Guarded):
            behind.flush()
            setattr(sys, name, _Guarded(_Outlet(behind)))


def release() -> None:
    """Gives out what was held back, and puts the outputs back that were there before."""
    atexit.unregister(release)
    for name in _NAMES:
        guarded: TextIO | None = getattr(sys, name)
        if isinstance(guarded, _Guarded):
            setattr(sys, name, guarded.outlet.behind)
            with suppress(OSError, ValueError):  # nobody reads it any more, or it is closed
                guarded.outlet.end()


def print_unguarded(lines: Iterable[str], name: Literal["stdout", "stderr"]) -> None:
    """Writes ``lines`` to that output as they are: only for what a pipeline's runner itself must be told."""
    output: TextIO | None = getattr(sys, name)
    if output is None:
        return
    behind = output.outlet.behind if isinstance(output, _Guarded) else output
    output.flush()
    _write(behind, encoded("".join(f"{line}\n" for line in lines)))
    behind.flush()


def _write(output: TextIO, data: bytes) -> None:
    buffer = getattr(output, "buffer", None)
    if isinstance(buffer, io.BufferedIOBase):
        buffer.write(data)
    else:  # text alone, such as io.StringIO
        output.write(decoded(data))
