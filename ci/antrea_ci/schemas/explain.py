"""Says in plain words what a validator found in an object, and where that stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding
from antrea_ci.schemas.dialect import Schema
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Path, Value

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_FORMATS = {"byte": "base64", "ipv4": "an IPv4 address", "ipv6": "an IPv6 address"}
_LONGEST = 60  # of a value in a message


def dotted(path: Path) -> str:
    """``path`` as messages show it: ``spec.containers[0].image``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def findings_of(item: BundleObject, error: ValidationError, schema: Schema) -> Iterator[Finding]:
    """The findings that one error of the validator stands for: one for each unknown key, else one."""
    path, what = tuple(error.instance_path), error.kind.as_dict()
    if error.kind.name == "additionalProperties":
        names = mapping_at(schema, (*error.schema_path[:-1], "properties"))
        for key in cast("list[str]", what["unexpected"]):
            message = f"the key `{dotted((*path, key))}` is not known{did_you_mean(key, names)}"
            yield _finding("unknown-field", item, (*path, key), message, key=True)
    elif error.kind.name == "required":
        missing = str(what["property"])
        fix = f"add `{missing}`"
        yield _finding("missing-field", item, path, f"`{dotted((*path, missing))}` is missing", fix=fix)
    else:
        yield _finding("value", item, path, f"`{dotted(path)}`: {_fault(item, path, error)}")


def _fault(item: BundleObject, path: Path, error: ValidationError) -> str:
    what = error.kind.as_dict()
    given = _shown(item, path)
    match error.kind.name:
        case "type":
            wanted = [_TYPES[name] for name in cast("list[str]", what["types"]) if name in _TYPES]
            return f"{given} is not {' or '.join(wanted)}{_hint(item.at(path), wanted)}"
        case "enum":
            options = [str(option) for option in cast("list[Value]", what["options"]) if option is not None]
            value = item.at(path)
            hint = did_you_mean(value, options) if isinstance(value, str) else ""
            return f"{given} is not one of {', '.join(options)}{hint}"
        case "format":
            return f"{given} is not {_FORMATS[str(what['format'])]}"
        case "oneOf" | "anyOf" | "allOf" | "not":
            return f"{given} is none of the forms that the schema allows here"
        case _:
            return given if _is_secret(item, path) else error.message


def _hint(value: Value, wanted: list[str]) -> str:
    is_scalar = isinstance(value, (int, float)) and not isinstance(value, str)
    return "; put it into quotes" if is_scalar and _TYPES["string"] in wanted else ""


def _shown(item: BundleObject, path: Path) -> str:
    """The value as a message may show it: short, and never out of a Secret."""
    value = value_at(item.value, path)
    if _is_secret(item, path):
        return "the value"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else "null"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_secret(item: BundleObject, path: Path) -> bool:
    return item.kind == "Secret" and bool(path) and path[0] in ("data", "stringData")


def _finding(rule: str, item: BundleObject, path: Path, message: str, *, fix: str = "", key: bool = False) -> Finding:
    location = item.locate(path, key=key)
    return Finding(f"schema/{rule}", message, location=location, object=item.label, fix=fix)
