"""What a role grants, and what the operator needs of it (facts/operator.yaml)."""

from __future__ import annotations

from typing import NamedTuple

from antrea_ci.facts import facts
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value

_ANY = "*"
_URLS = "nonResourceURLs"
_ANTREA = "antrea.io"
# Antrea's own API groups come and go with its versions; what 2.x has of them no public role tells.
_LAST_KNOWN_MAJOR = 1


class Grant(NamedTuple):
    """One rule of a role: every verb on every resource of every group; ``*`` stands for all."""

    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]


def permissions_of(rules: Value) -> list[Grant]:
    """The rules of a role that hold for every object. Paths stand as resources of the group ``nonResourceURLs``."""
    found: list[Grant] = []
    for rule in items_at(rules, ()):
        groups, resources, urls, verbs = (
            frozenset(texts_at(rule, (key,))) for key in ("apiGroups", "resources", _URLS, "verbs")
        )
        if urls:
            found.append(Grant(frozenset({_URLS}), urls, verbs))
        if not texts_at(rule, ("resourceNames",)):
            found.append(Grant(groups, resources, verbs))
    return found


def granted(given: list[Grant], group: str, resource: str, verb: str) -> bool:
    """Whether one of the rules grants it (``*/status`` is not considered: no release uses it)."""
    return any(
        {group, _ANY} & grant.groups and {resource, _ANY} & grant.resources and {verb, _ANY} & grant.verbs
        for grant in given
    )


def required(flavour: str, version: tuple[int, int]) -> dict[str, dict[str, list[str]]]:
    """What the operator of this flavour and version (major, minor) needs: API group to resource to verbs."""
    needed: dict[str, dict[str, list[str]]] = {}
    for entry in items_at(facts("operator"), ("permissions",)):
        major, minor = text_at(entry, ("since",)).split(".")
        if text_at(entry, ("flavour",)) not in ("every", flavour) or version < (int(major), int(minor)):
            continue
        for group, resources in mapping_at(entry, ("groups",)).items():
            if group.endswith(_ANTREA) and version[0] > _LAST_KNOWN_MAJOR:
                continue
            here = needed.setdefault(group, {})
            for resource, verbs in mapping_at(resources, ()).items():
                here[resource] = sorted({*here.get(resource, ()), *texts_at(verbs, ())})
    return needed
