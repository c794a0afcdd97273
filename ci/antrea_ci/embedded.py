"""Where each character of a string in a YAML file stands in that file: YAML in YAML keeps its own lines and columns.

libyaml tells the value of a scalar and its two ends; which character came from where is found by reading it once more,
by the same rules (YAML 1.1, chapter 5 to 9: line folding, escapes, indentation and chomping of blocks).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from antrea_ci.findings import Location
from antrea_ci.yaml_nodes import child
from antrea_ci.yaml_origins import BREAK, origins_of
from antrea_ci.yamlio import Document, Path


@dataclass(frozen=True)
class EmbeddedText:
    """A string scalar of ``document`` and the place of each of its characters."""

    document: Document
    text: str
    _starts: tuple[int, ...]  # of the lines of the text
    _origins: tuple[int, ...]  # of its characters, as indices in the source
    _source_starts: tuple[int, ...]
    _whole: Location

    def place(self, location: Location) -> Location:
        """A place in the text (lines and columns from 1) as a place in the file; without a line, that of the whole."""
        if not location.line or not self._origins:
            return self._whole
        line = min(location.line, len(self._starts)) - 1
        offset = min(self._starts[line] + max(0, location.column - 1), len(self._origins) - 1)
        index = self._origins[offset]
        row = bisect_right(self._source_starts, index) - 1
        return Location(self.document.file, row + 1, index - self._source_starts[row] + 1, self.document.index)


def embedded_text(document: Document, path: Path, source: str) -> EmbeddedText | None:
    """The string at ``path`` of ``document``, which was read from ``source``; None where there is no scalar.

    If the places cannot be told, each of them is that of the whole scalar.
    """
    node = document.node
    for step in path:
        found = child(node, step)
        node = found[1] if found else None
    if not isinstance(node, yaml.ScalarNode):
        return None
    text, origins = str(node.value), origins_of(node, source)
    starts, source_starts = tuple(_line_starts(text)), tuple(_line_starts(source))
    return EmbeddedText(document, text, starts, origins, source_starts, document.locate(path))


def _line_starts(text: str) -> Iterator[int]:
    """The index of the first character of each line, as libyaml counts them."""
    yield 0
    yield from (found.end() for found in BREAK.finditer(text))
