"""Lines that the installer prints as warnings but that mean a lost CNI or an unusable cluster."""

from __future__ import annotations

from collections.abc import Set
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


def fatal_line(line: Line, words: Set[bytes], verb: str) -> FatalLine | None:
    """What this line of ``verb``, which holds these words, means, if it is one of those that end an installation."""
    for fact in known().fatal:
        is_meant = verb in fact.verbs and fact.pattern.needs in words
        if is_meant and fact.pattern.expression.search(line.message):
            return FatalLine(fact.id, line.message, fact.why, fact.fix)
    return None
