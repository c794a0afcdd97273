"""Rules as people read them, and as spreadsheets do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from antrea_ci.firewall.rule import Phase, Rule

COLUMNS = ("source", "destination", "protocol", "port", "phase", "reason", "fact")
_HEADINGS: dict[Phase, str] = {
    "always": "Always",
    "install": "While it is installed; close them afterwards",
    "phase2": "Once it joins NSX",
}
_SHOWN = ("PHASE", "PROTOCOL", "PORT", "SOURCE", "DESTINATION", "REASON")


def as_csv(rules: Sequence[Rule]) -> str:
    """A heading, and a line for each rule."""
    return _csv([COLUMNS, *map(_cells, rules)])


def as_one_csv(clusters: Mapping[str, Sequence[Rule]]) -> str:
    """The same of several repositories, whose names stand in the first column."""
    rows = ((name, *_cells(rule)) for name, rules in clusters.items() for rule in rules)
    return _csv([("repository", *COLUMNS), *rows])


def _csv(rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _cells(rule: Rule) -> tuple[str, ...]:
    return tuple(str(rule.as_json()[name]) for name in COLUMNS)


def as_markdown(rules: Sequence[Rule]) -> str:
    """A table for each phase that has rules."""
    return "\n".join(_markdown(rules))


def as_table(rules: Sequence[Rule]) -> str:
    """Aligned columns; where each rule is from stands below, by number."""
    numbers = {fact: number for number, fact in enumerate(dict.fromkeys(rule.fact for rule in rules), 1)}
    rows = [(*_SHOWN, "FACT"), *((*_shown(rule), f"[{numbers[rule.fact]}]") for rule in rules)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    facts = [f"[{number}] {fact}" for fact, number in numbers.items()]
    return "\n".join([*lines, "", *facts, ""])


def _shown(rule: Rule) -> tuple[str, ...]:
    return rule.phase, rule.protocol, rule.port or "-", rule.source, rule.destination, rule.reason


def _markdown(rules: Sequence[Rule]) -> Iterator[str]:
    for phase, heading in _HEADINGS.items():
        if chosen := [rule for rule in rules if rule.phase == phase]:
            yield f"## {heading}\n"
            yield "| Protocol | Port | From | To | Why | Fact |"
            yield "| --- | --- | --- | --- | --- | --- |"
            yield from (_row(rule) for rule in chosen)
            yield ""


def _row(rule: Rule) -> str:
    cells = (rule.protocol, rule.port, rule.source, rule.destination, rule.reason, rule.fact)
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    """``text`` so that nothing in it is markup, and no ``|`` ends the cell."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>|" else one for one in text)
