"""Puts the two forms in which Kubernetes writes schemas into plain JSON Schema (draft 2020-12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from antrea_ci.yamlio import Value

Schema = dict[str, Value]

_REFERENCE = "/api/_definitions.json#/$defs/"
_BOUNDS: dict[str, tuple[int, int]] = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_FORMATS = frozenset({"byte", "ipv4", "ipv6"})
_AS_THEY_ARE = (
    *("enum", "required", "pattern", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
    *("minimum", "maximum", "multipleOf", "minProperties", "maxProperties"),
)
_COMBINED = ("allOf", "anyOf", "oneOf")


def definition(published: Mapping[str, Value]) -> Schema:
    """A definition of the Kubernetes API as kubernetes-validate publishes it, without descriptions.

    References point to ``#/$defs/<name>``. A choice between plain types becomes a list of types.
    """
    reference = published.get("$ref")
    if isinstance(reference, str):
        return {"$ref": reference.replace(_REFERENCE, "#/$defs/")}
    found = _plain(published)
    types = _types(published)
    if types:
        found["type"] = types
    for key in ("items", "additionalProperties"):
        _put(found, key, published.get(key))
    properties = published.get("properties")
    if isinstance(properties, dict):
        found["properties"] = {name: definition(_mapping(below)) for name, below in properties.items()}
    return found


def references(schema: Value) -> set[str]:
    """The names of the definitions that a plain schema refers to."""
    if isinstance(schema, list):
        return {name for item in schema for name in references(item)}
    if not isinstance(schema, dict):
        return set()
    own = schema.get("$ref")
    # A property may itself be called $ref.
    here = {own.removeprefix("#/$defs/")} if isinstance(own, str) else set[str]()
    return here.union(*(references(below) for below in schema.values()))


def structural(published: Mapping[str, Value], *, pruned: bool = True, optional: bool = False) -> Schema:
    """A schema of a CustomResourceDefinition.

    With ``pruned``, what the API server would drop is no valid property; ``optional`` lets null stand for absence, as
    the API server takes it.
    """
    found = _plain(published)
    _exclusive(published, found)
    types = ["integer", "string"] if published.get("x-kubernetes-int-or-string") is True else _types(published)
    if types and (optional or published.get("nullable") is True):
        types = [*types, "null"]
        if isinstance(enum := found.get("enum"), list):
            found["enum"] = [*enum, None]
    if types:
        found["type"] = [*types]
    if published.get("x-kubernetes-list-type") == "set":
        found["uniqueItems"] = True
    _children(published, found, pruned=pruned)
    for key in _COMBINED:
        choices = published.get(key)
        if isinstance(choices, list):
            found[key] = [structural(_mapping(choice), pruned=False) for choice in choices]
    if isinstance(negated := published.get("not"), dict):
        found["not"] = structural(negated, pruned=False)
    return found


def _children(published: Mapping[str, Value], found: Schema, *, pruned: bool) -> None:
    required = published.get("required")
    properties = published.get("properties")
    if isinstance(properties, dict):
        names: Iterable[Value] = required if isinstance(required, list) else ()
        found["properties"] = {
            name: structural(_mapping(below), pruned=pruned, optional=name not in names)
            for name, below in properties.items()
        }
    if isinstance(items := published.get("items"), dict):
        found["items"] = structural(items, pruned=pruned)
    extra = published.get("additionalProperties")
    if isinstance(extra, dict):
        found["additionalProperties"] = structural(extra, pruned=pruned)
    elif extra is None and pruned and published.get("type") == "object":
        _prune(published, found)


def _prune(published: Mapping[str, Value], found: Schema) -> None:
    if published.get("x-kubernetes-preserve-unknown-fields") is True:
        return
    found["additionalProperties"] = False
    if published.get("x-kubernetes-embedded-resource") is True:
        known = _mapping(found.get("properties"))
        found["properties"] = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {}, **known}


def _plain(published: Mapping[str, Value]) -> Schema:
    found = {key: published[key] for key in _AS_THEY_ARE if key in published}
    form = published.get("format")
    if not isinstance(form, str):
        return found
    if form in _BOUNDS:
        lowest, highest = _BOUNDS[form]
        found.setdefault("minimum", lowest)
        found.setdefault("maximum", highest)
    elif form in _FORMATS:
        found["format"] = form
    return found


def _exclusive(published: Mapping[str, Value], found: Schema) -> None:
    """OpenAPI 3.0 marks a bound as exclusive; JSON Schema has a bound of its own for it."""
    for bound in ("Minimum", "Maximum"):
        if published.get(f"exclusive{bound}") is True and (value := found.pop(bound.lower(), None)) is not None:
            found[f"exclusive{bound}"] = value


def _types(published: Mapping[str, Value]) -> list[Value]:
    named = published.get("type")
    choices = published.get("oneOf")
    if named is None and isinstance(choices, list) and all(set(_mapping(choice)) == {"type"} for choice in choices):
        kinds = [kind for choice in choices for kind in _types(_mapping(choice))]
        return list(dict.fromkeys(kinds))
    if isinstance(named, list):
        return list(named)
    return [named] if isinstance(named, str) else []


def _put(found: Schema, key: str, below: Value) -> None:
    if isinstance(below, dict):
        found[key] = definition(below)
    elif isinstance(below, bool):
        found[key] = below


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}
