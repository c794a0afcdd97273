"""Redaction of what comes in chunks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from antrea_ci.redaction import state

if TYPE_CHECKING:
    from antrea_ci.redaction.finder import Found, Span

REPLACEMENT = b"***"
_LONGEST_LINE = 64 << 10
_REMEMBERED = 256
_SURELY_SECRET = 8


class Stream:
    """Redacts what comes in chunks, however they are cut. Given out are whole lines, each as soon as it is there.

    A line that ends in what may begin a secret waits for the next one. Of a value that is cut into lines, at most the
    first three bytes of it get out. Not thread-safe.
    """

    def __init__(self) -> None:
        self._before = b""
        self._held = bytearray()

    def feed(self, data: bytes) -> bytes:
        """What can be given out now."""
        self._held += data
        end = data.rfind(b"\n")
        if end >= 0:
            return self._give(len(self._held) - len(data) + end + 1, in_lines=True)
        return self._give(len(self._held), in_lines=False) if len(self._held) > _LONGEST_LINE else b""

    def flush(self) -> bytes:
        """What is there of a line that is not ended, such as a prompt, but for what may begin a secret."""
        return self._give(len(self._held), in_lines=False) if self._held else b""

    def end(self) -> bytes:
        """All the rest. What is cut off within a secret is taken for it. Afterwards the stream can be fed anew."""
        block = self._before + self._held
        context, self._before, self._held = len(self._before), b"", bytearray()
        finder = state.finder()
        if finder is None:
            return block[context:]
        found = finder.look(block)
        cut_off = found.begun if sum(end - start for start, end in found.begun) >= _SURELY_SECRET else ()
        return replaced(block, sorted((*found.spans, *cut_off)), context, len(block))

    def _give(self, length: int, *, in_lines: bool) -> bytes:
        finder = state.finder()
        block, context = self._before + self._held[:length], len(self._before)
        if finder is None:
            spans, cut = (), len(block)
        else:
            found = finder.look(block)
            cut = max(context, _cut(block, found, in_lines=in_lines))
            spans = sorted((*found.spans, *found.begun[:-1]))
        del self._held[: cut - context]
        self._before = block[max(0, cut - _REMEMBERED) : cut]
        return replaced(block, spans, context, cut)


def _cut(block: bytes, found: Found, *, in_lines: bool) -> int:
    """Up to where ``block`` can be given out: to its end, or to the last line if a secret may begin in it."""
    if not found.begun:
        return len(block)
    start = found.begun[-1][0]
    if in_lines:
        return block.rfind(b"\n", 0, start) + 1
    # A secret that ends behind the place is given out as a whole.
    return next((end for begin, end in found.spans if begin < start < end), start)


def replaced(block: bytes, spans: Iterable[Span], begin: int, end: int) -> bytes:
    """``block`` from ``begin`` to ``end`` with each of the sorted ``spans`` replaced."""
    given: list[bytes] = []
    at = begin
    for start, stop in spans:
        if stop <= at or start >= end:
            continue
        given += (block[at : max(at, start)], REPLACEMENT)
        at = stop
    given.append(block[at:end])
    return b"".join(given)
