"""What a value is and whether it fits a Go type, in code and in words; and what an unknown key may have meant."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from antrea_ci.antrea_catalogue import Component, key_span
from antrea_ci.antrea_options.config import Path
from antrea_ci.antrea_options.scalars import Scalar, fits_integer, is_quoted, resolve
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Value

WANTED = {
    "string": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "int32": "a whole number",
    "number": "a number",
    "strings": "a list of texts",
    "list": "a list",
    "map": "a mapping",
    "struct": "a mapping",
    "gates": "a mapping of feature gates to true or false, such as {Egress: true}",
}

_SHOWN = 40  # characters of a text in a message


def is_null(node: yaml.Node) -> bool:
    """Whether Go takes the node for null."""
    return isinstance(node, yaml.ScalarNode) and resolve(node) is None


def does_fit(value: Scalar, kind: str) -> bool:
    """Whether a scalar fits a type of antrea-config.yaml, or "int32"."""
    if kind in ("int", "int32"):
        return fits_integer(value, 32 if kind == "int32" else 64)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, bool) if kind == "bool" else True


def held(node: yaml.ScalarNode, kind: str) -> Value:
    """What a variable of the kind holds: any word as a string, and no fraction as an integer."""
    value = resolve(node)
    if kind in ("int", "int32") and isinstance(value, float):
        return int(value)
    return str(node.value) if kind == "string" else value


def what_is(node: yaml.Node) -> str:
    """A node in words, such as "the text '6081' in quotes"."""
    if not isinstance(node, yaml.ScalarNode):
        return "a mapping" if isinstance(node, yaml.MappingNode) else "a list"
    value, text = resolve(node), str(node.value)
    shown = repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
    if isinstance(value, str):
        return f"the text {shown}" + (" in quotes" if is_quoted(node) else "")
    return f"the truth value {text}" if isinstance(value, bool) else f"the number {text}"


def dotted_path(path: Path) -> str:
    """The steps with dots between them."""
    return ".".join(map(str, path))


def hint_for(component: Component, path: Path, types: Iterable[str], shape: Iterable[str] | None) -> str:
    """What was meant by an unknown key: in which versions it is there, else where it belongs, else what is like it.

    ``shape`` are the keys of the mapping, if ``types``, the dotted keys of the version, do not have them.
    """
    name, prefix = str(path[-1]), "".join(f"{step}." for step in path[:-1])
    if span := key_span(component, dotted_path(path)):
        return f"; {span}"
    if shape is not None:
        return did_you_mean(name, shape)
    siblings = sorted({key[len(prefix) :].partition(".")[0] for key in types if key.startswith(prefix)})
    elsewhere = [key for key in types if key.rpartition(".")[2].lower() == name.lower()]
    if elsewhere and name.lower() not in map(str.lower, siblings):
        return f" (did you mean {' or '.join(elsewhere)}?)"
    return did_you_mean(name, siblings)
