"""The lines of a block put together as if a value had never been cut into lines, and the way back to the block."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from itertools import accumulate
from typing import TypeAlias

from antrea_ci.facts import facts
from antrea_ci.values import texts_at

Span: TypeAlias = tuple[int, int]


class Joined:
    """``text`` has neither line ends, also not those that are written as `\\n`, nor decoration, nor what logs write
    before each message."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._same_length = _with_line_ends(block)
        self._kept = _line_ends().split(_bare(self._same_length))
        self.text = b"".join(self._kept)

    def crossing(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Of each span of ``text`` that lies in several lines its pieces, as places in the block."""
        offsets = self._offsets
        for start, end in spans:
            if offsets[bisect_right(offsets, start)] < end:
                yield from self.pieces(start, end)

    def lines_of(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The lines of the block, each once and without their ends, that the sorted spans of ``text`` lie in."""
        done = -1
        for start, end in spans:
            last = self._end_of(self._line_at(end - 1))
            if last > done:
                first = self._block.rfind(b"\n", 0, self._start_of(self._line_at(start))) + 1
                stop = self._block.find(b"\n", last)
                done = len(self._block) if stop < 0 else stop
                yield first, done

    def pieces(self, start: int, end: int) -> Iterator[Span]:
        """A span of ``text`` line by line, as places in the block."""
        for line in range(self._line_at(start), self._line_at(end - 1) + 1):
            offset, length = self._offsets[line], len(self._kept[line])
            first, last = (min(max(at - offset, 0), length) for at in (start, end))
            if first < last:
                yield self._place(line, first, last)

    def _place(self, line: int, first: int, last: int) -> Span:
        begin = self._start_of(line)
        text = self._same_length[begin : self._end_of(line)]
        kept = [at for at, byte in enumerate(text) if byte not in _decoration()]
        skipped = len(kept) - len(self._kept[line])
        return begin + kept[skipped + first], begin + kept[skipped + last - 1] + 1

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return len(self._kept)

    def _line_at(self, offset: int) -> int:
        return bisect_right(self._offsets, offset) - 1

    @cached_property
    def _offsets(self) -> list[int]:
        """Where each line begins in ``text``, and its end."""
        return [0, *accumulate(map(len, self._kept))]

    def _start_of(self, line: int) -> int:
        return self._lengths[line] + line

    def _end_of(self, line: int) -> int:
        return self._lengths[line + 1] + line

    @cached_property
    def _lengths(self) -> list[int]:
        """How much of the block lies before each line, without line ends, and all of it."""
        return [0, *accumulate(map(len, self._same_length.split(b"\n")))]


def bare_piece(piece: bytes) -> bytes:
    """``piece`` as it stands in joined lines."""
    return _bare(_with_line_ends(piece)).replace(b"\n", b"")


def _with_line_ends(data: bytes) -> bytes:
    """``data`` with each written `\\n` turned into line ends, two of them, so that everything keeps its place."""
    return data.replace(b"\\n", b"\n\n") if b"\\" in data else data


def _bare(data: bytes) -> bytes:
    return data.translate(None, _decoration())


@cache
def _decoration() -> bytes:
    return str(facts("redaction")["decoration"]).encode()


@cache
def _line_ends() -> re.Pattern[bytes]:
    """A line end with what a log writes before the message behind it."""
    return re.compile(rb"\n(?:%s)?" % "|".join(texts_at(facts("redaction"), ("line_beginnings",))).encode())
