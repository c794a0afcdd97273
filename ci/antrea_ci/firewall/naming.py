"""Puts addresses in the place of ends of rules that are only names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from antrea_ci.firewall.rule import Rule


def with_addresses(rules: Iterable[Rule], known: Mapping[str, Sequence[str]]) -> tuple[Rule, ...]:
    """The rules, with the addresses of ``known`` in place of the names and groups that it knows."""
    return tuple(
        replace(rule, source=source, destination=destination)
        for rule in rules
        for source in known.get(rule.source, (rule.source,))
        for destination in known.get(rule.destination, (rule.destination,))
    )
