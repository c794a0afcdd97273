"""Which lines of a block are worth reading: those that hold a word that somebody looks for.

The installer may print hundreds of megabytes; only what can mean something is taken apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from ahocorasick_rs import BytesAhoCorasick

from antrea_ci.installer.lines import Line, parse_line

# Of the lines with one word, so many from the beginning and from the end of a block are read: a flood says it once.
_OF_EACH = 40
_LONGEST = 16 << 10
_AFTER = 40


@dataclass(frozen=True)
class Heard:
    """A line and which of the words it holds."""

    line: Line
    words: Set[bytes]


class Sieve:
    """Searches for words. After a line with ``opener`` all of the next lines are read, as they belong together."""

    def __init__(self, words: Iterable[bytes], opener: bytes) -> None:
        self._opener = opener
        self._words = sorted({*words, opener})
        self._search = BytesAhoCorasick(self._words)
        self._open = 0

    def lines(self, block: bytes) -> Iterator[Heard]:
        """The lines of ``block``, which are whole, that hold a word, each once and in order."""
        found = self._found(block)
        for begin in sorted(found):
            end = min(_next_line(block, begin), begin + _LONGEST)
            yield Heard(parse_line(block[begin:end]), found[begin])

    def _found(self, block: bytes) -> dict[int, set[bytes]]:
        """Where the lines begin, and the words in each."""
        places: list[list[int]] = [[] for _ in self._words]
        for word, start, _ in self._search.find_matches_as_indexes(block, overlapping=True):
            places[word].append(start)
        found: dict[int, set[bytes]] = {begin: set() for begin in self._following(block)}
        for word, starts in zip(self._words, places, strict=True):
            few = starts if len(starts) <= 2 * _OF_EACH else starts[:_OF_EACH] + starts[-_OF_EACH:]
            for start in few:
                found.setdefault(block.rfind(b"\n", 0, start) + 1, set()).add(word)
        return found

    def _following(self, block: bytes) -> Iterator[int]:
        """The beginnings of the lines after an opener, in this block or the one before."""
        position, opened = 0, block.rfind(self._opener)
        if opened >= 0:
            self._open, position = _AFTER, _next_line(block, opened)
        while self._open and position < len(block):
            yield position
            self._open -= 1
            position = _next_line(block, position)


def _next_line(block: bytes, position: int) -> int:
    end = block.find(b"\n", position)
    return len(block) if end < 0 else end + 1
