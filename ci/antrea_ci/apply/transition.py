"""A definition for as long as objects of its former form are still there.

A field that a CRD does not name any more is gone for every reader at once (kubernetes.io/docs, "Pruning"). An operator
of the former version that reads its resource then takes its default for the missing image, and rolls that out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from antrea_ci.apply.steps import Manifest
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value

_SCHEMA = ("schema", "openAPIV3Schema")


def transitional(live: Manifest | None, wanted: Manifest, others: Sequence[Manifest]) -> Manifest | None:
    """The definition ``wanted`` with what only ``live`` names besides, and without what only ``wanted`` demands.

    None where there is no difference, or none of ``others`` is an object of this kind that is still to come.
    """
    if live is None or not _comes(wanted, others):
        return None
    former = {text_at(one, ("name",)): one for one in items_at(live, ("spec", "versions"))}
    versions = [_widened(one, former.get(text_at(one, ("name",)))) for one in items_at(wanted, ("spec", "versions"))]
    if versions == items_at(wanted, ("spec", "versions")):
        return None
    return {**wanted, "spec": {**mapping_at(wanted, ("spec",)), "versions": versions}}


def _comes(definition: Manifest, others: Iterable[Manifest]) -> bool:
    group, kind = (text_at(definition, path) for path in (("spec", "group"), ("spec", "names", "kind")))
    return any(one.get("kind") == kind and text_at(one, ("apiVersion",)).startswith(f"{group}/") for one in others)


def _widened(version: Value, former: Value) -> Value:
    schema, before = (mapping_at(one, _SCHEMA) for one in (version, former))
    if not before:
        return version
    return {**mapping_at(version, ()), "schema": {"openAPIV3Schema": _merged(schema, before)}}


def _merged(schema: dict[str, Value], former: dict[str, Value]) -> dict[str, Value]:
    properties, before = (mapping_at(one, ("properties",)) for one in (schema, former))
    if not (properties and before):
        return schema
    both: dict[str, Value] = {
        name: _merged(mapping_at(value, ()), mapping_at(before.get(name), ())) if name in before else value
        for name, value in properties.items()
    }
    found: dict[str, Value] = {**schema, "properties": {**before, **both}}
    if demanded := texts_at(schema, ("required",)):
        known = texts_at(former, ("required",))
        kept: list[Value] = [name for name in demanded if name in known]
        found = {key: value for key, value in found.items() if key != "required"}
        found |= {"required": kept} if kept else {}
    return found
