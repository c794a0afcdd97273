"""What is shown while the installer runs."""

from __future__ import annotations

from typing import Protocol, TextIO

from antrea_ci.installer.lines import Line
from antrea_ci.installer.stages import Stage


class Progress(Protocol):
    """Told what happens; everything that it gets is redacted."""

    def phase(self, name: str) -> None:
        """A phase of the installation begins."""

    def line(self, line: Line) -> None:
        """The installer said something."""

    def stage(self, stage: Stage) -> None:
        """A stage has ended."""

    def enter(self, name: str, usual: float | None) -> None:
        """A stage begins; ``usual`` is how many seconds it usually takes."""

    def beat(self) -> None:
        """Time has passed; called about every second."""

    def done(self) -> None:
        """Nothing more comes."""


class PlainProgress:
    """Lines for CI, with a sign of life at least every minute."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def phase(self, name: str) -> None:
        raise NotImplementedError

    def line(self, line: Line) -> None:
        raise NotImplementedError

    def stage(self, stage: Stage) -> None:
        raise NotImplementedError

    def enter(self, name: str, usual: float | None) -> None:
        raise NotImplementedError

    def beat(self) -> None:
        raise NotImplementedError

    def done(self) -> None:
        raise NotImplementedError


def progress_for(stream: TextIO) -> Progress:
    """The form for this stream: a drawn one on a terminal, else plain lines."""
    raise NotImplementedError
