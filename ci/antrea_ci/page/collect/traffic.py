"""The rules of a firewall, gathered into arrows between groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from antrea_ci.firewall import Phase, Rule
from antrea_ci.firewall.rule import groups, rows
from antrea_ci.model.network import NetworkPlan


@dataclass(frozen=True)
class Group:
    """Machines or services that rules name in the same way. ``members`` are their networks, addresses or hosts."""

    key: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Flow:
    """Every rule from one group to another in one phase. ``ports`` are written as ``TCP 443``, none twice."""

    source: str
    destination: str
    phase: Phase
    ports: tuple[str, ...]
    reasons: tuple[str, ...]
    rules: int


@dataclass(frozen=True)
class Traffic:
    """``groups`` and ``flows`` in the order of the rules; ``ends``: the names of both groups, rule by rule."""

    groups: tuple[Group, ...]
    flows: tuple[Flow, ...]
    ends: tuple[tuple[str, str], ...]


def traffic(plan: NetworkPlan, rules: Sequence[Rule]) -> Traffic:
    """Gathers ``rules``; a group is called as facts/ports.yaml calls it."""
    known = {
        "nodes": {entry.usual for entry in plan.machine},
        "pods": {entry.usual for entry in plan.cluster},
        "api": {entry.usual for entry in plan.api_vips},
        "ingress": {entry.usual for entry in plan.ingress_vips},
    }
    members: dict[str, dict[str, None]] = {}
    gathered: dict[tuple[str, str, Phase], list[Rule]] = {}
    ends = [_ends(rule, known) for rule in rules]
    for rule, (source, destination) in zip(rules, ends, strict=True):
        members.setdefault(source, {})[rule.source] = None
        members.setdefault(destination, {})[rule.destination] = None
        gathered.setdefault((source, destination, rule.phase), []).append(rule)
    found = tuple(Group(key, groups()[key], tuple(_addresses(key, names))) for key, names in members.items())
    names = tuple((groups()[source], groups()[destination]) for source, destination in ends)
    return Traffic(found, tuple(_flow(*key, below) for key, below in gathered.items()), names)


def _addresses(key: str, names: Mapping[str, None]) -> Iterator[str]:
    """The names, without the one that the group has where no address of it is known."""
    return (name for name in names if name != groups()[key])


def _flow(source: str, destination: str, phase: Phase, rules: Sequence[Rule]) -> Flow:
    ports = dict.fromkeys(" ".join(filter(None, (rule.protocol, rule.port))) for rule in rules)
    reasons = dict.fromkeys(rule.reason for rule in rules)
    return Flow(source, destination, phase, tuple(ports), tuple(reasons), len(rules))


def _ends(rule: Rule, known: Mapping[str, set[str]]) -> tuple[str, str]:
    """The groups that the rule's ends belong to: a rule names addresses, and its row of the facts the groups."""
    rows_of_it = _candidates(rule.reason, rule.fact)
    for source, destination in rows_of_it:
        if _is_of(source, rule.source, known) and _is_of(destination, rule.destination, known):
            return source, destination
    return rows_of_it[0]


@cache
def _candidates(reason: str, fact: str) -> tuple[tuple[str, str], ...]:
    found = [(row.source, row.destination) for row in rows().values() if (row.reason, row.fact) == (reason, fact)]
    return tuple(dict.fromkeys(found))


def _is_of(group: str, text: str, known: Mapping[str, set[str]]) -> bool:
    if text == groups()[group]:
        return True
    if group in known:
        return text in known[group]
    # Groups that nobody gives addresses are called by their names alone.
    return text not in groups().values()
