"""What is shown while the installer runs. Everything that is shown is redacted already."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, TextIO

from antrea_ci.installer.lines import Line
from antrea_ci.installer.stages import Stage
from antrea_ci.wording import count

# At least every 60 s something is printed, so that no CI takes us for dead.
_HEARTBEAT_SECONDS = 50.0
_LINES_A_SECOND = 50
_LONGEST = 300


class Progress(Protocol):
    """Told what happens."""

    def phase(self, name: str) -> None:
        """A phase of the installation begins."""

    def enter(self, name: str, usual: float | None) -> None:
        """What is going on now; ``usual`` is how many seconds it usually takes."""

    def stage(self, stage: Stage) -> None:
        """What the installer says at the end of how long a stage took."""

    def line(self, line: Line) -> None:
        """The installer said something that is shown: no debug line."""

    def last(self, line: Line) -> None:
        """The newest line, of whatever level."""

    def beat(self) -> None:
        """Time has passed; called about every second."""

    def done(self) -> None:
        """Nothing more comes for now."""


class PlainProgress:
    """Lines for CI, with a sign of life at least every minute. A flood of lines is cut: the log has all of them."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._begin = self._printed = self._second = clock()
        self._in_second = 0
        self._left_out = 0
        self._current = Current(clock)
        self._last = ""

    def phase(self, name: str) -> None:
        self._print(f"== {name}")
        self._current = Current(self._clock, name)
        self._last = ""

    def enter(self, name: str, usual: float | None) -> None:
        if name != self._current.name:
            self._current = Current(self._clock, name, usual)
            self._print(f"-- {name}{self._current.usual_text}")

    def stage(self, stage: Stage) -> None:
        self._print(f"{'   ' if stage.within else ''}{stage.name}: {duration(stage.seconds)}")

    def line(self, line: Line) -> None:
        now = self._clock()
        if now - self._second >= 1:
            self._second, self._in_second = now, 0
        self._in_second += 1
        if self._in_second > _LINES_A_SECOND and not line.is_error:
            self._left_out += 1
            return
        self._tell_left_out()
        mark = f"{line.level}: " if line.level not in ("", "info") else ""
        self._print(f"{mark}{line.message[:_LONGEST]}")

    def last(self, line: Line) -> None:
        self._last = line.message[:_LONGEST]

    def beat(self) -> None:
        if self._clock() - self._printed < _HEARTBEAT_SECONDS:
            return
        self._tell_left_out()
        last = f"; last: {self._last}" if self._last else ""
        self._print(f"-- still {self._current.told()}{last}")

    def done(self) -> None:
        self._tell_left_out()

    def _tell_left_out(self) -> None:
        if self._left_out:
            self._print(f"({count(self._left_out, 'more line')}, all of them in the log)")
            self._left_out = 0

    def _print(self, text: str) -> None:
        self._printed = self._clock()
        # Whoever reads may have gone away: no reason to leave the installer alone.
        with suppress(OSError, ValueError):
            print(f"{duration(self._printed - self._begin):>8} {text}", file=self._stream, flush=True)


class Current:
    """What is going on, since when, and how long it usually takes."""

    def __init__(self, clock: Callable[[], float], name: str = "working", usual: float | None = None) -> None:
        self.name = name
        self._clock = clock
        self._begin = clock()
        self._usual = usual

    @property
    def usual_text(self) -> str:
        return "" if self._usual is None else f" (usually {duration(self._usual)})"

    def told(self) -> str:
        """``bootstrapping for 3m10s (usually 14m29s)``."""
        return f"{self.name} for {duration(self._clock() - self._begin)}{self.usual_text}"


def duration(seconds: float) -> str:
    """As the installer writes it: ``1h2m3s``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s" if minutes else f"{rest}s"


def progress_for(stream: TextIO) -> Progress:
    """The form for this stream: a drawn one on a terminal, else plain lines."""
    if stream.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("CI"):
        from antrea_ci.installer.terminal import TerminalProgress  # rich is needed only to draw

        return TerminalProgress(stream)
    return PlainProgress(stream)
