"""Logs of the installer, read as `install` reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.installer.lines import Line
from antrea_ci.installer.reading import Reading
from antrea_ci.installer.stages import Stage


@dataclass
class Shown:
    """A progress that remembers what it was told."""

    events: list[str] = field(default_factory=list[str])
    lines: list[Line] = field(default_factory=list[Line])
    newest: str = ""

    def phase(self, name: str) -> None:
        self.events.append(f"phase {name}")

    def enter(self, name: str, usual: float | None) -> None:
        self.events.append(f"enter {name}{f' {usual:g}' if usual else ''}")

    def stage(self, stage: Stage) -> None:
        self.events.append(f"stage {stage.name}")

    def line(self, line: Line) -> None:
        self.lines.append(line)

    def last(self, line: Line) -> None:
        self.newest = line.message

    def beat(self) -> None:
        self.events.append("beat")

    def done(self) -> None:
        self.events.append("done")


def read(folder: Path, log: str | bytes, *, verb: str = "create cluster", minor: int = 18, pieces: int = 0) -> Reading:
    """The reading of ``log``, given in pieces of so many bytes (0: at once), up to its end."""
    reading = Reading(verb, minor, folder, folder / "log", Shown())
    data = log.encode() if isinstance(log, str) else log
    size = pieces or max(len(data), 1)
    for start in range(0, len(data), size):
        reading.feed(data[start : start + size])
    reading.end()
    return reading
