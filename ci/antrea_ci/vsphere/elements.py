"""XML as trees of elements without namespaces, read by expat. A document type is refused: nothing may be expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

_SEPARATOR = " "


class XmlError(ValueError):
    """The text is no XML that this reader takes."""


@dataclass
class Element:
    """One element: its name and attributes without their namespaces, its own text, and what is in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list["Element"])

    def each(self, *names: str) -> Iterator[Element]:
        """Every element at the path ``names`` below it."""
        if not names:
            yield self
            return
        for child in self.children:
            if child.name == names[0]:
                yield from child.each(*names[1:])

    def first(self, *names: str) -> Element:
        """The first of these; an empty one where there is none."""
        return next(self.each(*names), Element("", {}))

    def said(self, *names: str) -> str:
        """The text of the first of these."""
        return self.first(*names).text.strip()


def read_xml(data: bytes) -> Element:
    """The root of a document; XmlError where it is none, or has a document type."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 (expat takes it by position only)
    except expat.ExpatError as error:
        raise XmlError(str(error)) from None
    return reader.root.children[0]


class _Reader:
    def __init__(self) -> None:
        self.root = Element("", {})
        self._open = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = Element(_local(name), {_local(key): value for key, value in attributes.items()})
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        self._open[-1].text += data

    def refuse(self, *_: object) -> None:
        raise XmlError("it has a document type")


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]
