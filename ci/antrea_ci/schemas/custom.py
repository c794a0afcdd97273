"""The schemas that the CustomResourceDefinitions at hand bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.schemas.builtin import Definitions, Kind
from antrea_ci.schemas.dialect import Schema, structural
from antrea_ci.values import mapping_at, text_at, value_at

CRD = "CustomResourceDefinition"
_GROUP = "apiextensions.k8s.io"


@dataclass(frozen=True)
class CustomKind:
    """One version of a custom kind, and the object that defines it. ``published`` is empty where it has no schema."""

    kind: Kind
    crd: BundleObject
    published: Schema
    namespaced: bool
    served: bool
    path: tuple[str | int, ...]


def custom_kinds(objects: Iterable[BundleObject]) -> dict[Kind, CustomKind]:
    """Every version of every kind that a CustomResourceDefinition among ``objects`` defines."""
    return {found.kind: found for item in objects if is_crd(item) for found in _kinds(item)}


def is_crd(item: BundleObject) -> bool:
    """Whether an object defines a kind."""
    return item.kind == CRD and item.group == _GROUP


def _kinds(crd: BundleObject) -> Iterator[CustomKind]:
    group, name = text_at(crd.value, ("spec", "group")), text_at(crd.value, ("spec", "names", "kind"))
    namespaced = text_at(crd.value, ("spec", "scope")) != "Cluster"
    versions = value_at(crd.value, ("spec", "versions"))
    for index, version in enumerate(versions if isinstance(versions, list) else ()):
        path = ("spec", "versions", index, "schema", "openAPIV3Schema")
        served = value_at(version, ("served",)) is True
        kind = Kind(group, text_at(version, ("name",)), name)
        yield CustomKind(kind, crd, mapping_at(crd.value, path), namespaced, served, path)


def custom_schema(custom: CustomKind, builtin: Definitions) -> Schema:
    """The JSON Schema of a custom kind; what every object has comes from Kubernetes itself."""
    schema = structural(custom.published)
    metadata = builtin.metadata
    text: Schema = {"type": "string"}
    common: Schema = {"apiVersion": text, "kind": text, "metadata": {"$ref": metadata["$ref"]}}
    schema["type"] = ["object"]
    schema["properties"] = {**mapping_at(schema, ("properties",)), **common}
    return {**schema, "$defs": metadata["$defs"]}
