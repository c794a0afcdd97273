"""The stages of an installation, by the names of both generations of the installer (DOMAIN 6.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from antrea_ci.installer.known import Times

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")


@dataclass(frozen=True)
class Stage:
    """One stage that has ended: its name as the installer has it, how long it took, and which stage contains it."""

    name: str
    seconds: float
    within: str = ""


class StageReader:
    """Reads the block of times that ends a run; ``total`` is what the installer says that it took, in seconds."""

    def __init__(self, times: Times, nested: Mapping[str, str]) -> None:
        self._times = times
        self._nested = nested
        self._is_open = False
        self.stages: list[Stage] = []
        self.total: float | None = None

    def read(self, message: str) -> Stage | None:
        """The stage that this line tells; None if it tells none."""
        if message == self._times.begin:
            self._is_open, self.stages = True, []
            return None
        if found := self._times.total.match(message):
            self._is_open, self.total = False, seconds(found["time"])
            return None
        found = self._times.stage.match(message) if self._is_open else None
        if found is None or (length := seconds(found["time"])) is None:
            return None
        stage = Stage(found["name"], length, self._nested.get(found["name"], ""))
        self.stages.append(stage)
        return stage


def seconds(text: str) -> float | None:
    """``1h2m3s`` in seconds; None for what is no duration."""
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        return None
    hours, minutes, rest = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest
