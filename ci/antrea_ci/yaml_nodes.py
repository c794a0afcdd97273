"""From libyaml's tree of nodes to plain values, with the faults that a tree can hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import yaml

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.yaml_scalars import MERGE, SCALARS, Scalar

Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"

MAX_DEPTH = 100
_MAX_EXPANDED_NODES = 200_000


class YamlError(FindingsError):
    """A text is not YAML that every reader understands alike; carries a finding for each fault, with its place."""


def fault(rule: str, message: str, location: Location, fix: str = "") -> Finding:
    """A finding about the YAML itself."""
    return Finding(rule, message, location=location, fix=fix)


class Builder:
    """Turns a node tree into plain values, refusing what two readers could understand differently.

    ``faults`` are those after which one can read on: of a key that stands twice, the last value counts.
    """

    def __init__(self, file: str, document: int) -> None:
        self.file = file
        self.document = document
        self.faults: list[Finding] = []
        self.expanded: dict[int, int] = {}
        self.open: set[int] = set()

    def value(self, node: yaml.Node) -> Value:
        self._measure(node, 0)
        return self._build(node)

    def _measure(self, node: yaml.Node, depth: int) -> int:
        """The number of nodes with every alias written out; bounds what a small text can turn into."""
        if id(node) in self.expanded:
            return self.expanded[id(node)]
        if id(node) in self.open:
            raise self._error("yaml/alias", "this alias contains itself", node)
        if depth > MAX_DEPTH:
            raise self._error("yaml/depth", f"nested deeper than {MAX_DEPTH} levels", node)
        self.open.add(id(node))
        total = 1 + sum(self._measure(child, depth + 1) for child in _children(node))
        self.open.discard(id(node))
        if total > _MAX_EXPANDED_NODES:
            raise self._error("yaml/alias", f"the aliases expand to more than {_MAX_EXPANDED_NODES} values", node)
        self.expanded[id(node)] = total
        return total

    def _build(self, node: yaml.Node) -> Value:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item) for item in node.value]
        convert = SCALARS.get(node.tag)
        if convert is None:
            # The tag is not named: it may be a password that starts with `!` and has no quotes.
            raise self._error(
                "yaml/tag", "what starts with `!` is read as a tag, and this one has no meaning here", node
            )
        return convert(str(node.value))

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Value]:
        merged: dict[str, Value] = {}
        own: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if key_node.tag == MERGE:
                merged = {**self._merge(value_node), **merged}
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._error("yaml/key", "a key must be a plain word or string", key_node)
            key = str(key_node.value)
            if key in own:
                error = self._error("yaml/duplicate-key", f"the key {key!r} stands twice in this mapping", key_node)
                self.faults += error.findings
            own[key] = self._build(value_node)
        return {**merged, **own} if merged else own

    def _merge(self, node: yaml.Node) -> dict[str, Value]:
        value = self._build(node)
        parts = value if isinstance(value, list) else [value]
        result: dict[str, Value] = {}
        for part in parts:
            if not isinstance(part, dict):
                raise self._error("yaml/merge", "`<<` can only merge mappings", node)
            result = {**part, **result}
        return result

    def _error(self, rule: str, message: str, node: yaml.Node) -> YamlError:
        mark = node.start_mark
        return YamlError([fault(rule, message, Location(self.file, mark.line + 1, mark.column + 1, self.document))])


def _children(node: yaml.Node) -> Iterable[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else ()


def child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and value node below ``node`` at one step; for a list the item twice."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
