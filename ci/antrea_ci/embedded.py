"""Where each character of a string in a YAML file stands in that file: YAML in YAML keeps its own lines and columns.

libyaml tells the value of a scalar and its two ends; which character came from where is found by reading it once more,
by the same rules (YAML 1.1, chapter 5 to 9: line folding, escapes, indentation and chomping of blocks).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import yaml

from antrea_ci.findings import Location
from antrea_ci.yaml_nodes import child
from antrea_ci.yaml_origins import BREAK, origins_of
from antrea_ci.yamlio import Document, Path


@dataclass(frozen=True)
class EmbeddedText:
    """A string scalar of ``document``, which was read from ``source``. Places are worked out when one is asked for."""

    document: Document
    node: yaml.ScalarNode
    source: str

    @property
    def text(self) -> str:
        """The value of the scalar."""
        return str(self.node.value)

    def place(self, location: Location) -> Location:
        """A place in the text (lines and columns from 1) as a place in the file.

        Without a line, or where places cannot be told, it is that of the whole scalar.
        """
        if not location.line or not self._origins:
            mark = self.node.start_mark
            return Location(self.document.file, mark.line + 1, mark.column + 1, self.document.index)
        line = min(location.line, len(self._starts)) - 1
        offset = min(self._starts[line] + max(0, location.column - 1), len(self._origins) - 1)
        index = self._origins[offset]
        row = bisect_right(self._source_starts, index) - 1
        return Location(self.document.file, row + 1, index - self._source_starts[row] + 1, self.document.index)

    @cached_property
    def _origins(self) -> tuple[int, ...]:
        return origins_of(self.node, self.source)

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return tuple(_line_starts(self.text))

    @cached_property
    def _source_starts(self) -> tuple[int, ...]:
        return tuple(_line_starts(self.source))


def embedded_text(document: Document, path: Path, source: str) -> EmbeddedText | None:
    """The string at ``path`` of ``document``, which was read from ``source``; None where there is no scalar."""
    node = document.node
    for step in path:
        found = child(node, step)
        node = found[1] if found else None
    return EmbeddedText(document, node, source) if isinstance(node, yaml.ScalarNode) else None


def _line_starts(text: str) -> Iterator[int]:
    """The index of the first character of each line, as libyaml counts them."""
    yield 0
    yield from (found.end() for found in BREAK.finditer(text))
