"""Lines that the installer prints as warnings but that mean a lost CNI or an unusable cluster."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.installer.known import known
from antrea_ci.installer.lines import Line


@dataclass(frozen=True)
class FatalLine:
    """What was printed (redacted), what it means and what to do; ``id`` names the fact."""

    id: str
    line: str
    why: str
    fix: str


def fatal_line(line: Line, verb: str) -> FatalLine | None:
    """What this line of ``verb`` means, if it is one of those that end an installation."""
    for fact in known().fatal:
        if (not fact.verbs or verb in fact.verbs) and fact.pattern.expression.search(line.message):
            return FatalLine(fact.id, line.message, fact.why, fact.fix)
    return None
