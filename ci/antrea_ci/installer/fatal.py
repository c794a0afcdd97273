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
        if fact.pattern.needs not in words or (fact.verbs and verb not in fact.verbs):
            continue
        if fact.pattern.expression.search(line.message):
            return FatalLine(fact.id, line.message, fact.why, fact.fix)
    return None
