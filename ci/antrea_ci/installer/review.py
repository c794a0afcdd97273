"""What a log of the installer shows of how far it came, when nobody was there to watch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from antrea_ci.installer.known import LiveFact, known
from antrea_ci.installer.lines import parse_line


def stages_in(log: Path) -> Iterator[LiveFact]:
    """What went on, in the order of the log, each once; nothing for a log that is not there."""
    told: set[str] = set()
    if not log.is_file():
        return
    with log.open("rb") as stream:
        for line in stream:
            for live in known().live:
                is_new = live.name not in told and live.pattern.needs in line
                if is_new and live.pattern.expression.search(parse_line(line.rstrip(b"\n")).message):
                    told.add(live.name)
                    yield live
