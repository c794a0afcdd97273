"""What a role grants, and what the operator needs of it (facts/operator.yaml)."""

from __future__ import annotations

from typing import NamedTuple

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Value

_ANY = "*"


class Grant(NamedTuple):
    """One rule of a role: every verb on every resource of every group; ``*`` stands for all."""

    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]


def permissions_of(rules: Value) -> list[Grant]:
    """The rules of a role that hold for every object; those that name single objects, or URLs, are left out."""
    found: list[Grant] = []
    for rule in rules if isinstance(rules, list) else []:
        parts = [_texts(value_at(rule, (key,))) for key in ("apiGroups", "resources", "verbs")]
        if not _texts(value_at(rule, ("resourceNames",))):
            found.append(Grant(*parts))
    return found


def granted(given: list[Grant], group: str, resource: str, verb: str) -> bool:
    """Whether one of the rules grants it (``*/status`` is not considered: no release uses it)."""
    return any(
        {group, _ANY} & grant.groups and {resource, _ANY} & grant.resources and {verb, _ANY} & grant.verbs
        for grant in given
    )


def required(flavour: str) -> dict[str, dict[str, list[str]]]:
    """What the operator of this flavour needs: API group to resource to verbs."""
    permissions = mapping_at(facts("operator"), ("permissions",))
    needed: dict[str, dict[str, list[str]]] = {}
    for part in ("every", flavour):
        for group, resources in mapping_at(permissions, (part,)).items():
            for resource, verbs in mapping_at(resources, ()).items():
                needed.setdefault(group, {})[resource] = sorted(_texts(verbs))
    return needed


def _texts(value: Value) -> frozenset[str]:
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list) else frozenset()
