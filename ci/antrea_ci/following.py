"""Starts a program that may outlive us, and reads its output along.

The output goes to a file, so that the program is not ended by a broken pipe when we are killed; whoever comes later
attaches to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.process import ProcessError


@dataclass(frozen=True)
class ProcessId:
    """A process that cannot be confused with a later one of the same number: ``started`` is as the system tells it."""

    pid: int
    started: str


@dataclass(frozen=True)
class Watch:
    """What happens while a program runs. ``timeout``, ``tick_seconds`` and ``grace_seconds`` are in seconds.

    ``on_start`` has returned before the program does anything. After an interrupt the program may end within
    ``grace_seconds``.
    """

    on_output: Callable[[bytes], None]
    on_start: Callable[[ProcessId], None]
    on_interrupt: Callable[[], None]
    on_tick: Callable[[], None]
    tick_seconds: float
    timeout: float
    grace_seconds: float = 30.0


class TimedOutError(ProcessError):
    """The program did not end within its time; it was ended with all that it had started."""


def follow(command: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], output: Path, watch: Watch) -> int:
    """Runs ``command`` until it ends and returns its exit code, negative for the signal that ended it."""
    raise NotImplementedError


def attach(process: ProcessId, *, output: Path, watch: Watch) -> None:
    """Reads ``output`` from its start and along until the process has ended; its exit code cannot be known."""
    raise NotImplementedError


def is_living(process: ProcessId) -> bool:
    """Whether this very process still runs; one that nobody has waited for yet counts as ended."""
    raise NotImplementedError
