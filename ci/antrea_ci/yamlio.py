"""The only module that reads and writes YAML.

Files that are only read go through libyaml's parser and keep the place of every value; files that people edit go
through ruamel's round trip, so that comments and order survive.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

import yaml

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.yaml_scalars import MERGE, SCALARS, KubernetesLoader, Scalar, nesting

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
Path: TypeAlias = "Sequence[str | int]"

_MAX_DEPTH = 100
_MAX_EXPANDED_NODES = 200_000
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_NOT_IN_A_LITERAL = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SUSPICIOUS_OPENERS = 2_000


class YamlError(FindingsError):
    """A text is not YAML that every reader understands alike; carries one finding with the place."""


@dataclass(frozen=True)
class Document:
    """One YAML document: its value, and where in ``file`` each part of it stands."""

    file: str
    index: int
    value: Value
    node: yaml.Node | None = field(repr=False, compare=False)

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """The place of the value (or ``key``) at ``path``; of its nearest parent where there is none."""
        node, mark = self.node, None if self.node is None else self.node.start_mark
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node = child[1]
            mark = (child[0] if key else child[1]).start_mark
        if mark is None:
            return Location(self.file, document=self.index)
        return Location(self.file, mark.line + 1, mark.column + 1, self.index)

    @property
    def mapping(self) -> dict[str, Value]:
        """The value as a mapping; an empty document is an empty one. Anything else raises YamlError."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise YamlError([_finding("yaml/not-a-mapping", "a mapping is expected here", self.locate())])
        return self.value


def parse(text: str | bytes, file: str) -> Document:
    """The one document of ``text``; several raise YamlError. ``file`` is named in messages."""
    documents = parse_all(text, file)
    if len(documents) > 1:
        second = documents[1].locate()
        message = "a second document starts here; this file must hold one"
        raise YamlError([_finding("yaml/several-documents", message, second)])
    return documents[0] if documents else Document(file, 0, None, None)


def parse_all(text: str | bytes, file: str) -> list[Document]:
    """Every document of ``text``, empty ones too. Raises YamlError with the place of the first fault."""
    source = decode(text, file) if isinstance(text, bytes) else text
    _refuse_deep_nesting(source, file)
    loader = KubernetesLoader(source)
    documents: list[Document] = []
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None, "check_node has seen one"
            documents.append(Document(file, len(documents), _Builder(file, len(documents)).value(node), node))
    except yaml.YAMLError as error:
        raise YamlError([_syntax_finding(error, file)]) from None
    finally:
        loader.dispose()
    return documents


def decode(data: bytes, file: str) -> str:
    """The text of a UTF-8 file; a byte order mark or another encoding raises YamlError."""
    if data.startswith(b"\xef\xbb\xbf"):
        message = "the file starts with a byte order mark"
        raise YamlError(
            [_finding("yaml/byte-order-mark", message, Location(file, 1, 1), "save it as UTF-8 without one")]
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise YamlError([_finding("yaml/not-utf-8", message, Location(file, line), "save the file as UTF-8")]) from None


def _refuse_deep_nesting(source: str, file: str) -> None:
    """libyaml's composer recurses on the C stack and would crash the process; its event parser does not recurse."""
    if sum(source.count(opener) for opener in ("[", "{", "- ", "? ")) < _SUSPICIOUS_OPENERS:
        return
    try:
        for depth, line, column in nesting(source):
            if depth > _MAX_DEPTH:
                place = Location(file, line + 1, column + 1)
                raise YamlError([_finding("yaml/depth", f"nested deeper than {_MAX_DEPTH} levels", place)])
    except yaml.YAMLError as error:
        raise YamlError([_syntax_finding(error, file)]) from None


class _Builder:
    """Turns a node tree into plain values, refusing what two readers could understand differently."""

    def __init__(self, file: str, document: int) -> None:
        self.file = file
        self.document = document
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
        if depth > _MAX_DEPTH:
            raise self._error("yaml/depth", f"nested deeper than {_MAX_DEPTH} levels", node)
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
            raise self._error("yaml/tag", f"the tag {node.tag!r} has no meaning here", node)
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
                raise self._error("yaml/duplicate-key", f"the key {key!r} stands twice in this mapping", key_node)
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
        return YamlError([_finding(rule, message, Location(self.file, mark.line + 1, mark.column + 1, self.document))])


def _children(node: yaml.Node) -> Iterable[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else ()


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and value node below ``node`` at one step; for a list the item twice."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _finding(rule: str, message: str, location: Location, fix: str = "") -> Finding:
    return Finding(rule, message, location=location, fix=fix)


def _syntax_finding(error: yaml.YAMLError, file: str) -> Finding:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        return _finding("yaml/syntax", f"not YAML: {error.problem or error.context}", place)
    return _finding("yaml/syntax", f"not YAML: {str(error).splitlines()[0]}", Location(file))


def quoted(text: str) -> str:
    """``text`` as a double-quoted scalar that every YAML reader takes for this very string."""
    # These stand for line breaks, or for nothing, to one YAML reader or another.
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def block(text: str, indent: int) -> str:
    """``text`` as a block literal indented by ``indent`` blanks, or quoted where a literal cannot hold it.

    Starts with the indicator (``|``), ends without a line break, so that it can follow ``key: ``. The mapping of that
    key must be indented by two blanks less: where an indicator is needed, it counts from there.
    """
    if not text.strip() or _NOT_IN_A_LITERAL.search(text):
        return quoted(text)
    body = text.rstrip("\n")
    trailing = len(text) - len(body)
    chomp = "-" if trailing == 0 else "" if trailing == 1 else "+"
    first = next(line for line in body.split("\n") if line)
    hint = "2" if first[0] in " \t" or body[0] == "\n" else ""
    pad = " " * indent
    lines = [pad + line if line else "" for line in body.split("\n")]
    return "\n".join([f"|{hint}{chomp}", *lines]) + "\n" * max(0, trailing - 1)


def dump(value: Mapping[str, Value], *, comment: str = "") -> str:
    """``value`` as block YAML in the order given, after ``comment`` (plain lines, without their ``# ``)."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    stream = io.StringIO()
    _round_trip().dump(dict(value), stream)
    return head + stream.getvalue()


def load_editable(text: str) -> CommentedMap:
    """A file that people edit, for changing single values; write it back with dump_editable."""
    return _round_trip().load(text)


def dump_editable(value: CommentedMap) -> str:
    """The text of what load_editable gave, with comments, order and quotes kept."""
    stream = io.StringIO()
    _round_trip().dump(value, stream)
    return stream.getvalue()


class _RoundTrip(Protocol):
    """The two methods of ruamel's editor that are used here; ruamel itself leaves them without types."""

    def load(self, stream: str) -> CommentedMap: ...

    def dump(self, data: object, stream: io.StringIO) -> None: ...


def _round_trip() -> _RoundTrip:
    from ruamel.yaml import YAML

    editor = YAML(typ="rt")
    editor.preserve_quotes = True
    editor.width = 4096
    editor.indent(mapping=2, sequence=4, offset=2)
    return cast("_RoundTrip", editor)
