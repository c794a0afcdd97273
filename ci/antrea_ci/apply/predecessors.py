"""Who made an object before this project applied it for the first time, and gives its fields up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from antrea_ci.apply.fieldsets import Entry, Fields, entries, owned, union, without
from antrea_ci.facts import facts
from antrea_ci.kube.api import FIELD_MANAGER
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value


def is_predecessor(entry: Entry) -> bool:
    """Whether this manager created objects for us and never comes back."""
    return is_predecessor_name(entry.manager)


def is_predecessor_name(manager: str) -> bool:
    """The same by the manager's name."""
    return manager in texts_at(facts("apply"), ("predecessors",))


def has_predecessor(live: Value) -> bool:
    """Whether fields of the object are owned by a predecessor."""
    return any(is_predecessor(entry) for entry in entries(live))


def left_behind(live: Value, applied: Value) -> Fields:
    """The fields of predecessors that we do not own in ``applied``: they were installed, and are not said any more."""
    return without(owned(live, is_predecessor), owned(applied, lambda entry: entry.is_ours))


def handed_over(live: Mapping[str, Value]) -> dict[str, Value]:
    """The object with the fields of its predecessors as ours, so that what is no longer said goes when it is applied.

    kubectl does the same with what its client-side apply left (k8s.io/client-go/util/csaupgrade).
    """
    managed = items_at(dict(live), ("metadata", "managedFields"))
    ours = [one for one in managed if _is_main(one) and (_named(one, FIELD_MANAGER, "Apply") or _is_old(one))]
    fields: Fields = {}
    for one in ours:
        more = mapping_at(one, ("fieldsV1",))
        fields = union(fields, more) if fields else more
    version = text_at(dict(live), ("apiVersion",))
    entry: dict[str, Value] = {
        "manager": FIELD_MANAGER,
        "operation": "Apply",
        "apiVersion": version,
        "fieldsType": "FieldsV1",
        "fieldsV1": cast("Value", fields),
    }
    rest = [one for one in managed if one not in ours]
    metadata = {**mapping_at(dict(live), ("metadata",)), "managedFields": cast("Value", [*rest, entry])}
    return {**live, "metadata": cast("Value", metadata)}


def _is_main(one: Value) -> bool:
    return not text_at(one, ("subresource",))


def _is_old(one: Value) -> bool:
    return is_predecessor_name(text_at(one, ("manager",)))


def _named(one: Value, manager: str, operation: str) -> bool:
    return (text_at(one, ("manager",)), text_at(one, ("operation",))) == (manager, operation)
