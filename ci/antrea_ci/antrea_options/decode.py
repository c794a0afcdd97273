"""Decodes a configuration into the Go types of its keys, and tells unknown keys and values that do not fit.

A text is written by its user and decoded by gopkg.in/yaml.v2: a scalar becomes any string, only plain words become
numbers and truth values, null becomes the empty value of any type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import yaml

from antrea_ci.antrea_catalogue import Component
from antrea_ci.antrea_options.config import Fault, Path
from antrea_ci.antrea_options.facts import Version, applies, options
from antrea_ci.antrea_options.scalars import is_quoted, resolve
from antrea_ci.antrea_options.shapes import WANTED, does_fit, dotted_path, held, hint_for, is_null, what_is
from antrea_ci.findings import Finding
from antrea_ci.yaml_scalars import MERGE
from antrea_ci.yamlio import Document, Value

Pairs: TypeAlias = "list[tuple[yaml.Node, yaml.Node]]"


class Decoder:
    """Fills ``values`` (dotted key to what Go holds) and ``faults`` from one document.

    ``types`` are the keys of the version; ``tolerated`` are dotted keys that the vendor's own text has, and all below.
    """

    def __init__(
        self,
        component: Component,
        version: Version,
        document: Document,
        types: Mapping[str, str],
        tolerated: frozenset[str] = frozenset(),
    ) -> None:
        self.component: Component = component
        self.version = version
        self.document = document
        self.types = types
        self.tolerated = tolerated
        self.values: dict[str, Value] = {}
        self.faults: list[Fault] = []

    def run(self) -> None:
        """Decodes the document; it must hold a mapping."""
        assert isinstance(self.document.node, yaml.MappingNode), "the caller refuses anything else"
        self._struct(self.document.node, ())

    def _struct(self, node: yaml.MappingNode, path: Path) -> None:
        for key, value in _pairs(node):
            below = (*path, str(key.value))
            dotted = dotted_path(below)
            kind = self.types.get(dotted)
            if kind is not None:
                self._key(value, below, dotted, kind)
            elif any(name.startswith(f"{dotted}.") for name in self.types):
                self._nested(value, below)
            elif not self._is_tolerated(below):
                self._unknown(below)

    def _nested(self, node: yaml.Node, path: Path) -> None:
        if isinstance(node, yaml.MappingNode):
            self._struct(node, path)
        elif not is_null(node):
            self._wrong(node, path, "struct")

    def _key(self, node: yaml.Node, path: Path, dotted: str, kind: str) -> None:
        shape = options()["items"].get(dotted)
        if kind == "map" and isinstance(shape, dict):
            self._record(node, path, shape)
            return
        if kind == "list" and shape is not None:
            fits, value = self._list(node, path, shape)
        else:
            fits, value = self._value(node, path, "int32" if dotted in options()["int32"] else kind)
        if fits:
            self.values[dotted] = value

    def _value(self, node: yaml.Node, path: Path, kind: str) -> tuple[bool, Value]:
        """Whether the value fits, and what it becomes; tells it if it does not fit."""
        if is_null(node):
            return True, None
        if kind == "strings":
            return self._list(node, path, "string")
        if kind == "gates":
            return self._gates(node, path)
        if kind in ("list", "map"):
            wanted = yaml.SequenceNode if kind == "list" else yaml.MappingNode
            return (True, None) if isinstance(node, wanted) else self._wrong(node, path, kind)
        if isinstance(node, yaml.ScalarNode) and does_fit(resolve(node), kind):
            return True, held(node, kind)
        return self._wrong(node, path, kind)

    def _list(self, node: yaml.Node, path: Path, shape: str | dict[str, str]) -> tuple[bool, Value]:
        if is_null(node):
            return True, None
        if not isinstance(node, yaml.SequenceNode):
            return self._wrong(node, path, "strings" if shape == "string" else "list")
        found: list[Value] = []
        before = len(self.faults)
        for index, item in enumerate(node.value):
            below = (*path, index)
            found.append(
                self._record(item, below, shape) if isinstance(shape, dict) else self._item(item, below, shape)
            )
        return len(self.faults) == before, found

    def _item(self, node: yaml.Node, path: Path, kind: str) -> Value:
        fits, value = self._value(node, path, kind)
        return ("" if kind == "string" else 0) if fits and value is None else value

    def _record(self, node: yaml.Node, path: Path, shape: Mapping[str, str]) -> Value:
        """One mapping whose keys have the types of ``shape``."""
        if not isinstance(node, yaml.MappingNode):
            if not is_null(node):
                self._wrong(node, path, "struct")
            return {}
        record: dict[str, Value] = {}
        for key, value in _pairs(node):
            name = str(key.value)
            if name in shape:
                record[name] = self._value(value, (*path, name), shape[name])[1]
            else:
                self._unknown((*path, name), shape)
        return record

    def _gates(self, node: yaml.Node, path: Path) -> tuple[bool, Value]:
        if not isinstance(node, yaml.MappingNode):
            return self._wrong(node, path, "gates")
        found: dict[str, Value] = {}
        for key, value in _pairs(node):
            name = str(key.value)
            fits, switch = self._value(value, (*path, name), "bool")
            if fits:
                found[name] = switch is True  # null becomes false
        return True, found

    def _wrong(self, node: yaml.Node, path: Path, kind: str) -> tuple[bool, Value]:
        message = f"`{dotted_path(path)}` is {what_is(node)}; it must be {WANTED[kind]}"
        unquote = kind in ("bool", "int", "int32", "number") and is_quoted(node)
        self._tell("type", message, path, fix="write it without quotes" if unquote else "")
        return False, None

    def _unknown(self, path: Path, shape: Iterable[str] | None = None) -> None:
        minor = f"{self.version[0]}.{self.version[1]}"
        hint = hint_for(self.component, path, self.types, shape)
        message = f"Antrea {minor} has no key `{dotted_path(path)}` for its {self.component}{hint}"
        ignored = applies("lenient-decoding", self.version)
        self._tell("unknown-key-ignored" if ignored else "unknown-key", message, path, key=True)

    def _is_tolerated(self, path: Path) -> bool:
        wholes = {dotted_path(path[:length]) for length in range(1, len(path) + 1)}
        above = f"{dotted_path(path)}."
        return bool(wholes & self.tolerated) or any(name.startswith(above) for name in self.tolerated)

    def _tell(self, rule: str, message: str, path: Path, *, key: bool = False, fix: str = "") -> None:
        finding = Finding(f"antrea/{rule}", message, location=self.document.locate(path, key=key), fix=fix)
        self.faults.append(Fault(finding, (path,)))


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Keys and values; what `<<` merges stands before the mapping's own."""
    pairs: Pairs = list(node.value)
    for key, value in pairs:
        if key.tag == MERGE:
            parts: list[yaml.Node] = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for part in parts:
                yield from _pairs(part) if isinstance(part, yaml.MappingNode) else ()
    yield from ((key, value) for key, value in pairs if key.tag != MERGE)
