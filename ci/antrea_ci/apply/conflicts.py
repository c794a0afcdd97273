"""Which conflicts of server-side apply are ones: whose values would change, and not by their own predecessor's hand."""

from __future__ import annotations

from collections.abc import Iterable

from antrea_ci.apply.fieldsets import kept, owned
from antrea_ci.apply.predecessors import is_predecessor_name
from antrea_ci.apply.projection import bare
from antrea_ci.kube.api import Conflict
from antrea_ci.yamlio import Value


def real(live: dict[str, Value], would: dict[str, Value], owners: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Those of ``owners`` of whose fields in ``live`` at least one has another value in ``would``.

    The server also takes a value that it has only completed, such as the apiVersion in a fieldRef, for another one.
    """
    return tuple(one for one in owners if not is_predecessor_name(one.manager) and _changes(live, would, one.manager))


def _changes(live: dict[str, Value], would: dict[str, Value], manager: str) -> bool:
    theirs = owned(live, lambda entry: entry.manager == manager)
    before, after = (kept(bare(one), theirs) for one in (live, would))
    return not theirs or before != after
