"""Finds what was learnt in a block of bytes, within its lines and over their ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick

from antrea_ci.facts import facts
from antrea_ci.redaction.parts import SHORTEST
from antrea_ci.redaction.patterns import REACH, bare, decoration
from antrea_ci.values import texts_at

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Found:
    """Where a block holds secrets: ``spans`` are sorted and apart, each within a line.

    ``begun`` are the pieces, line by line, of what the block ends in if a secret begins so: it may go on behind it.
    """

    spans: tuple[Span, ...]
    begun: tuple[Span, ...]


class Finder:
    """The pieces of all secrets, ready to be searched for. It never changes, so threads can share it."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        plain = {piece for piece in pieces if b"\n" not in piece}
        self._bare = sorted({short for piece in plain if len(short := bare(piece)) >= SHORTEST})
        self._heads = frozenset(piece[:SHORTEST] for piece in self._bare)
        self._search = BytesAhoCorasick(sorted(plain))
        self._bare_search = BytesAhoCorasick(self._bare)

    def look(self, block: bytes) -> Found:
        """Everything that is secret in ``block``."""
        found = [(start, end) for _, start, end in self._search.find_matches_as_indexes(block, overlapping=True)]
        text = bare(block.replace(b"\\n", b"\n"))
        joined = _line_ends().sub(b"", text)
        found += self._over_line_ends(block, text, joined)
        length = self._begun(joined[-REACH:])
        begun = _Lines(block).pieces(len(joined) - length, len(joined)) if length else ()
        return Found(tuple(_merged(found)), tuple(begun))

    def _over_line_ends(self, block: bytes, text: bytes, joined: bytes) -> Iterator[Span]:
        matches = self._bare_search.find_matches_as_indexes(joined, overlapping=True)
        # What stays within a line is found as often where the lines are still apart.
        if matches and len(matches) > len(self._bare_search.find_matches_as_indexes(text, overlapping=True)):
            lines = _Lines(block)
            for _, start, end in matches:
                yield from lines.crossing(start, end)

    def _begun(self, tail: bytes) -> int:
        """How much of ``tail``'s end begins a piece without being all of it; 0 for less than SHORTEST bytes."""
        for start in range(len(tail) - SHORTEST + 1):
            if tail[start : start + SHORTEST] in self._heads:
                end = tail[start:]
                at = bisect_right(self._bare, end)
                if at < len(self._bare) and self._bare[at].startswith(end):
                    return len(end)
        return 0


class _Lines:
    """The lines of a block, put together as the search over their ends sees them."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        ends = [(found.start(), found.end()) for found in _BREAK.finditer(block)]
        self._starts = [0, *(end for _, end in ends)]
        self._ends = [*(start for start, _ in ends), len(block)]
        texts = [bare(block[start:end]) for start, end in zip(self._starts, self._ends, strict=True)]
        self._skipped = [0, *(_skipped(text) for text in texts[1:])]
        kept = (len(text) - skip for text, skip in zip(texts, self._skipped, strict=True))
        self._offsets = [0, *accumulate(kept)]

    def crossing(self, start: int, end: int) -> Iterator[Span]:
        """The pieces of a match, as places in the block, if it lies in more than one line."""
        if self._line_at(start) != self._line_at(end - 1):
            yield from self.pieces(start, end)

    def pieces(self, start: int, end: int) -> Iterator[Span]:
        for line in range(self._line_at(start), self._line_at(end - 1) + 1):
            first, last = (min(max(at - self._offsets[line], 0), self._length(line)) for at in (start, end))
            if first < last:
                yield self._place(line, first, last)

    def _line_at(self, offset: int) -> int:
        return bisect_right(self._offsets, offset) - 1

    def _length(self, line: int) -> int:
        return self._offsets[line + 1] - self._offsets[line]

    def _place(self, line: int, first: int, last: int) -> Span:
        begin, skipped = self._starts[line], self._skipped[line]
        text = self._block[begin : self._ends[line]]
        kept = [at for at, byte in enumerate(text) if byte not in decoration()]
        return begin + kept[skipped + first], begin + kept[skipped + last - 1] + 1


_BREAK = re.compile(rb"\n|\\n")


@cache
def _beginning() -> bytes:
    return "|".join(texts_at(facts("redaction"), ("line_beginnings",))).encode()


@cache
def _line_ends() -> re.Pattern[bytes]:
    """A line break, and what a log writes before the message behind it."""
    return re.compile(rb"\n(?:%s)?" % _beginning())


def _skipped(text: bytes) -> int:
    found = re.match(_beginning(), text)
    return found.end() if found else 0


def _merged(spans: list[Span]) -> Iterator[Span]:
    begin = end = -1
    for start, stop in sorted(spans):
        if start > end:
            if end > begin:
                yield begin, end
            begin, end = start, stop
        else:
            end = max(end, stop)
    if end > begin:
        yield begin, end
