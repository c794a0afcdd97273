"""What Antrea and its operator have made in the cluster."""

from __future__ import annotations

from antrea_ci.facts import facts
from antrea_ci.kube.api import ApiError
from antrea_ci.values import mapping_at
from antrea_ci.verify.look import Look, name_of


def created(look: Look) -> tuple[str, ...]:
    """``Kind/name`` or ``Kind/namespace/name`` of everything, by kind; what cannot be listed is left out."""
    found: list[str] = []
    for kind, path in mapping_at(facts("verify"), ("created",)).items():
        try:
            found += sorted(f"{kind}/{name_of(one)}" for one in look.items(str(path)))
        except ApiError:
            continue
    return tuple(found)
