"""Progress that is drawn on a terminal: what happens now and for how long, below what was worth keeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from antrea_ci.installer.lines import Line
from antrea_ci.installer.progress import Current, duration
from antrea_ci.installer.stages import Stage

_STYLES = {"warning": "yellow", "error": "red", "fatal": "bold red"}


class TerminalProgress:
    """Two lines that are drawn anew, and above them what has happened."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begin = clock()
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._live: Live | None = None
        self._current = Current(clock)
        self._last = Text()

    def phase(self, name: str) -> None:
        self._keep(Text(name, style="bold"))
        self._current = Current(self._clock, name)
        self._last = Text()

    def enter(self, name: str, usual: float | None) -> None:
        if name != self._current.name:
            self._current = Current(self._clock, name, usual)
            self._keep(Text(f"  {duration(self._clock() - self._begin):>8} {name}{self._current.usual_text}"))

    def stage(self, stage: Stage) -> None:
        self._keep(Text(f"  {'  ' if stage.within else ''}{stage.name}: {duration(stage.seconds)}", style="green"))

    def line(self, line: Line) -> None:
        if line.level in _STYLES:
            self._keep(Text(f"  {line.level}: {line.message}", style=_STYLES[line.level]))

    def last(self, line: Line) -> None:
        self._last = Text(f"  {line.message}", style="dim", no_wrap=True, overflow="ellipsis")
        self.beat()

    def beat(self) -> None:
        with suppress(OSError, ValueError):
            if self._live is None:
                self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
                self._live.start()
            self._live.update(self._drawn(), refresh=True)

    def done(self) -> None:
        with suppress(OSError, ValueError):
            if self._live is not None:
                self._live.stop()
        self._live = None

    def _keep(self, text: Text) -> None:
        with suppress(OSError, ValueError):
            self._console.print(text)

    def _drawn(self) -> RenderableType:
        total = duration(self._clock() - self._begin)
        return Group(Text(f"{total:>10} {self._current.told()}", style="cyan", no_wrap=True), self._last)
