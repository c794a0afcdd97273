"""Reads ``--address NAME=ADDRESS``: who the ends of firewall rules are that the cluster's files only name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from antrea_ci.errors import UsageError
from antrea_ci.firewall import Rule
from antrea_ci.firewall.addresses import family
from antrea_ci.suggest import did_you_mean


def named_addresses(given: Iterable[str], rules: Sequence[Rule]) -> dict[str, list[str]]:
    """Names to addresses; UsageError with everything that is none of either."""
    names = {end for rule in rules for end in (rule.source, rule.destination) if not family(end)}
    found: dict[str, list[str]] = {}
    wrong: list[str] = []
    for text in given:
        name, _, address = text.rpartition("=")
        if name not in names:
            wrong.append(f"the report has no end called {name or text}{did_you_mean(name or text, names)}")
        elif not family(address):
            wrong.append(f"{address or 'nothing'} is no address of {name}")
        found.setdefault(name, []).append(address)
    if wrong:
        fix = f"write NAME=ADDRESS; names are {', '.join(sorted(names))}"
        raise UsageError(f"--address: {'; '.join(wrong)}", fix=fix)
    return found
