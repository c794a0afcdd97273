"""How a run of the installer ended."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.installer.causes import Cause
from antrea_ci.installer.fatal import FatalLine
from antrea_ci.installer.stages import Stage


@dataclass(frozen=True)
class Outcome:
    """``code``: None where it cannot be known (attached), negative for the signal that ended it.

    ``cause`` is None after a success, and where nothing that is known explains the failure; then ``last_errors`` are
    the last lines that tell of errors (redacted, oldest first). ``seconds`` is how long it was watched,
    ``told_seconds`` how long the installer says that it took.
    """

    verb: str
    code: int | None
    fatal: tuple[FatalLine, ...]
    stages: tuple[Stage, ...]
    cause: Cause | None
    seconds: float
    last_errors: tuple[str, ...] = ()
    said_done: bool = False
    is_timed_out: bool = False
    told_seconds: float | None = None

    @property
    def succeeded(self) -> bool:
        """Exit code 0, or for an attached one the installer's own last words; and no fatal line."""
        ended_well = self.said_done if self.code is None else self.code == 0
        return ended_well and not self.fatal and not self.is_timed_out
