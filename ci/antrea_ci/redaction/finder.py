"""Finds what was learnt in a block of bytes, within its lines and over their ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick

from antrea_ci.facts import facts
from antrea_ci.redaction.joined import Joined, Span, bare_piece
from antrea_ci.redaction.parts import SHORTEST
from antrea_ci.redaction.patterns import REACH
from antrea_ci.values import texts_at

# With a match in every eighth line it is quicker to search the whole block than its lines.
_DENSE = 8

# No part of a time has ten digits in a row.
_TIME = re.compile(rb"(?!.*[0-9]{10})(?:t?i?m?e?=)?[-0-9T:Z.+]+")

_Match: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True)
class Found:
    """Where a block holds secrets: ``spans`` are sorted and apart, each within a line.

    ``begun`` are the pieces, line by line, of what the block ends in if a secret begins so: it may go on behind it.
    """

    spans: tuple[Span, ...]
    begun: tuple[Span, ...]


class Finder:
    """The pieces of all secrets, ready to be searched for. It never changes, so threads can share it.

    One search, of the lines put together, says whether there is anything, which is seldom. Where there is, the lines
    that it is in are searched as they are.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        plain = sorted({piece for piece in pieces if b"\n" not in piece})
        bare = {bare_piece(piece) for piece in plain}
        self._bare = sorted(piece for piece in bare if len(piece) >= SHORTEST)
        self._heads = frozenset(piece[:SHORTEST] for piece in self._bare)
        # What the joined lines have no longer is looked for in the block itself.
        self._is_lost_when_joined = len(self._bare) < len(bare) or any(map(_is_of_a_line_beginning, self._bare))
        self._plain = plain
        self._bare_search = BytesAhoCorasick(self._bare)

    def look(self, block: bytes) -> Found:
        """Everything that is secret in ``block``."""
        joined = Joined(block)
        matches = self._bare_search.find_matches_as_indexes(joined.text, overlapping=True)
        found = list(joined.crossing((start, end) for _, start, end in matches)) if matches else []
        if self._is_lost_when_joined or len(matches) * _DENSE > joined.lines:
            found += _spans(self._plain_search.find_matches_as_indexes(block, overlapping=True), 0)
        elif matches:
            for begin, end in joined.lines_of((start, end) for _, start, end in matches):
                found += _spans(self._plain_search.find_matches_as_indexes(block[begin:end], overlapping=True), begin)
        length = self._begun(joined.text[-REACH:])
        end = len(joined.text)
        return Found(tuple(_merged(found)), tuple(joined.pieces(end - length, end)) if length else ())

    @cached_property
    def _plain_search(self) -> BytesAhoCorasick:
        """Made when the first secret was seen: most outputs have none."""
        return BytesAhoCorasick(self._plain)

    def _begun(self, tail: bytes) -> int:
        """How much of ``tail``'s end begins a piece without being all of it; 0 for less than SHORTEST bytes."""
        for start in range(len(tail) - SHORTEST + 1):
            if tail[start : start + SHORTEST] in self._heads:
                end = tail[start:]
                at = bisect_right(self._bare, end)
                if at < len(self._bare) and self._bare[at].startswith(end):
                    return len(end)
        return 0


def _spans(matches: Iterable[_Match], offset: int) -> Iterator[Span]:
    return ((offset + start, offset + end) for _, start, end in matches)


@cache
def _beginnings() -> tuple[bytes, ...]:
    return tuple(text.encode() for text in texts_at(facts("redaction"), ("examples_of_line_beginnings",)))


def _is_of_a_line_beginning(piece: bytes) -> bool:
    """Whether ``piece`` could stand in what a log writes before a message, which is left out when lines are joined."""
    if b"level=" in piece or _TIME.fullmatch(piece):
        return True
    return any(piece in text for text in _beginnings())


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
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
