"""What the API server refuses of a CustomResourceDefinition that its own schema allows.

Source: k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation and pkg/apiserver/schema (structural schemas).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.facts import facts
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import mapping_at, text_at, texts_at, value_at
from antrea_ci.yamlio import Value

_TYPES = ("object", "array", "string", "integer", "number", "boolean")
_SCOPES = ("Namespaced", "Cluster")
_TEXTS = ("description", "format", "pattern", "title")
# Either of these says in other words what a value may be.
_WITHOUT_TYPE = ("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields")


class DefinitionFault(NamedTuple):
    """Where in the definition, and what is wrong there."""

    path: tuple[str | int, ...]
    message: str


def definition_faults(crd: BundleObject) -> Iterator[DefinitionFault]:
    """Every fault of names, scope, versions and of the form of the schemas."""
    plural, group = text_at(crd.value, ("spec", "names", "plural")), text_at(crd.value, ("spec", "group"))
    if crd.name != f"{plural}.{group}":
        message = f"its name must be {plural}.{group}: the plural and the group of what it defines"
        yield DefinitionFault(("metadata", "name"), message)
    scope = value_at(crd.value, ("spec", "scope"))
    if scope not in _SCOPES:
        yield DefinitionFault(("spec", "scope"), f"its scope is {scope!r}, it must be Namespaced or Cluster")
    if not text_at(crd.value, ("spec", "names", "kind")):
        yield DefinitionFault(("spec", "names", "kind"), "it names no kind")
    yield from _versions(value_at(crd.value, ("spec", "versions")))


def _versions(versions: Value) -> Iterator[DefinitionFault]:
    listed = versions if isinstance(versions, list) else []
    stored = sum(value_at(version, ("storage",)) is True for version in listed)
    if stored != 1:
        message = f"{stored} of its versions have `storage: true`, it must be exactly one"
        yield DefinitionFault(("spec", "versions"), message)
    if not any(value_at(version, ("served",)) is True for version in listed):
        yield DefinitionFault(("spec", "versions"), "none of its versions is served")
    for index, version in enumerate(listed):
        path = ("spec", "versions", index, "schema", "openAPIV3Schema")
        schema = mapping_at(version, ("schema", "openAPIV3Schema"))
        if not schema:
            yield DefinitionFault(path, f"its version {text_at(version, ('name',))} has no schema")
        elif schema.get("type") != "object":
            yield DefinitionFault((*path, "type"), "the schema of an object must have `type: object`")
        else:
            yield from _structure(schema, path)


def _structure(schema: dict[str, Value], path: tuple[str | int, ...]) -> Iterator[DefinitionFault]:
    """The rules of a structural schema for one node and everything below it."""
    yield from _node(schema, path)
    if "items" in path:
        yield from _unread(schema, path)
    children = {("properties", name): below for name, below in mapping_at(schema, ("properties",)).items()}
    children |= {(key,): schema.get(key) for key in ("items", "additionalProperties")}
    for steps, below in children.items():
        if isinstance(below, dict):
            yield from _structure(below, (*path, *steps))


def _unread(schema: dict[str, Value], path: tuple[str | int, ...]) -> Iterator[DefinitionFault]:
    """Keys of a node within ``items``, where the published schema of a definition says nothing."""
    known = texts_at(facts("enumerations"), ("schemaKeys",))
    for key, value in schema.items():
        if key not in known:
            yield DefinitionFault((*path, key), f"a schema has no key {key!r}{did_you_mean(key, known)}")
        elif key in _TEXTS and not isinstance(value, str):
            yield DefinitionFault((*path, key), f"{key} must be a text")


def _node(schema: dict[str, Value], path: tuple[str | int, ...]) -> Iterator[DefinitionFault]:
    kind, properties = schema.get("type"), schema.get("properties")
    if kind not in _TYPES and not (kind is None and any(schema.get(key) is True for key in _WITHOUT_TYPE)):
        wanted = "is missing" if kind is None else f"{kind!r} is none of {', '.join(_TYPES)}"
        yield DefinitionFault((*path, "type"), f"the type of a field must be said: {wanted}")
    if kind == "array" and not isinstance(schema.get("items"), dict):
        yield DefinitionFault((*path, "items"), "an array must say what its items are")
    if properties is not None and "additionalProperties" in schema:
        message = "`properties` and `additionalProperties` exclude each other"
        yield DefinitionFault((*path, "additionalProperties"), message)
    required = schema.get("required")
    for index, name in enumerate(required if isinstance(required, list) else []):
        if isinstance(properties, dict) and name not in properties:
            yield DefinitionFault((*path, "required", index), f"it requires the field {name!r}, which it does not know")
