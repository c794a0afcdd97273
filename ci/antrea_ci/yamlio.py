"""The door to YAML: with its neighbours (``yaml_*``) the only module that reads and writes it.

Other modules look at the nodes of what was read here. Those that read for themselves say why: ``inner_config`` edits
a text by its tokens, and the two catalogues are large files of our own that need no places.

Files that are only read go through libyaml's parser and keep the place of every value; files that people edit go
through ruamel's round trip, so that comments and order survive.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

import yaml
from yaml.reader import ReaderError

from antrea_ci.findings import Finding, Location
from antrea_ci.yaml_nodes import MAX_DEPTH, Builder, Value, YamlError, child, fault
from antrea_ci.yaml_scalars import KubernetesLoader, nesting

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

__all__ = ["Value", "YamlError"]

Path: TypeAlias = "Sequence[str | int]"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_NOT_IN_A_LITERAL = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SUSPICIOUS_OPENERS = 2_000


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
            found = child(node, step)
            if found is None:
                break
            node = found[1]
            mark = (found[0] if key else found[1]).start_mark
        if mark is None:
            return Location(self.file, document=self.index)
        return Location(self.file, mark.line + 1, mark.column + 1, self.index)

    def plain(self, path: Path) -> str | None:
        """The scalar at ``path`` as it was written, before YAML made a value of it; None where there is none."""
        node = self.node
        for step in path:
            found = child(node, step)
            node = found[1] if found else None
        return str(node.value) if isinstance(node, yaml.ScalarNode) else None

    @property
    def mapping(self) -> dict[str, Value]:
        """The value as a mapping; an empty document is an empty one. Anything else raises YamlError."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise YamlError([fault("yaml/not-a-mapping", "a mapping is expected here", self.locate())])
        return self.value


def parse(text: str | bytes, file: str) -> Document:
    """The one document of ``text``; several raise YamlError. ``file`` is named in messages."""
    documents = parse_all(text, file)
    if len(documents) > 1:
        second = documents[1].locate()
        message = "a second document starts here; this file must hold one"
        raise YamlError([fault("yaml/several-documents", message, second)])
    return documents[0] if documents else Document(file, 0, None, None)


def parse_all(text: str | bytes, file: str) -> list[Document]:
    """Every document of ``text``, empty ones too. Raises YamlError with every fault up to where reading had to end."""
    documents, faults = read_all(text, file)
    if faults:
        raise YamlError(faults)
    return documents


def read_all(text: str | bytes, file: str) -> tuple[list[Document], list[Finding]]:
    """Every document that can be read, and the faults met.

    Reading goes on after a duplicate key (its last value counts) and a byte order mark; any other fault ends it.
    """
    documents: list[Document] = []
    faults: list[Finding] = []
    try:
        source = text if isinstance(text, str) else _decode(text, file, faults)
        _refuse_deep_nesting(source, file)
        _compose(source, file, documents, faults)
    except YamlError as error:
        faults += error.findings
    return documents, faults


def _compose(source: str, file: str, documents: list[Document], faults: list[Finding]) -> None:
    loader = KubernetesLoader(source)
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None, "check_node has seen one"
            builder = Builder(file, len(documents))
            value = builder.value(node)
            documents.append(Document(file, len(documents), value, node))
            faults += builder.faults
    except yaml.YAMLError as error:
        raise YamlError([_syntax_finding(error, source, file)]) from None
    finally:
        loader.dispose()


def _decode(data: bytes, file: str, faults: list[Finding]) -> str:
    if data.startswith(_BYTE_ORDER_MARK):
        message = "the file starts with a byte order mark"
        faults.append(fault("yaml/byte-order-mark", message, Location(file, 1, 1), "save it as UTF-8 without one"))
        data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").split("\n")
        place = Location(file, len(before), len(before[-1]) + 1)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        raise YamlError([fault("yaml/not-utf-8", message, place, "save the file as UTF-8")]) from None


def _refuse_deep_nesting(source: str, file: str) -> None:
    """libyaml's composer recurses on the C stack and would crash the process; its event parser does not recurse."""
    if sum(source.count(opener) for opener in ("[", "{", "- ", "? ")) < _SUSPICIOUS_OPENERS:
        return
    try:
        for depth, line, column in nesting(source):
            if depth > MAX_DEPTH:
                place = Location(file, line + 1, column + 1)
                raise YamlError([fault("yaml/depth", f"nested deeper than {MAX_DEPTH} levels", place)])
    except yaml.YAMLError as error:
        raise YamlError([_syntax_finding(error, source, file)]) from None


def _syntax_finding(error: yaml.YAMLError, source: str, file: str) -> Finding:
    from antrea_ci.yaml_hints import hint  # only broken files need it

    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        return fault("yaml/syntax", f"not YAML: {error.problem or error.context}", place, hint(source, place.line))
    if isinstance(error, ReaderError):
        before = source.encode()[: error.position].decode("utf-8", "replace").split("\n")
        place = Location(file, len(before), len(before[-1]) + 1)
        message = f"not YAML: it cannot hold the character U+{error.character:04X}"
        return fault("yaml/syntax", message, place, "remove the character")
    return fault("yaml/syntax", f"not YAML: {str(error).splitlines()[0]}", Location(file), hint(source, 0))


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


def plain_dump(value: Value) -> str:
    """``value`` as block YAML for people to read, by the fast emitter; texts of several lines as blocks."""
    return yaml.dump(value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=4096)


class _Plain(yaml.CSafeDumper):
    """The emitter of ``plain_dump``."""


def _represented(dumper: _Plain, text: str) -> yaml.ScalarNode:
    node = yaml.ScalarNode("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)
    dumper.represented_objects[dumper.alias_key] = node
    return node


_Plain.add_representer(str, _represented)


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
