"""Which of Kubernetes' own kinds have no namespace."""

from __future__ import annotations

from functools import cache

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at


def is_cluster_scoped(group: str, kind: str) -> bool:
    """Whether objects of this kind of Kubernetes' own live outside of every namespace."""
    return kind in _cluster_scoped().get(group, ())


@cache
def _cluster_scoped() -> dict[str, frozenset[str]]:
    groups = mapping_at(facts("kinds-scope"), ("cluster_scoped",))
    return {group: frozenset(map(str, names)) for group, names in groups.items() if isinstance(names, list)}
