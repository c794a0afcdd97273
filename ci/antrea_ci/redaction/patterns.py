"""From secrets to what is searched for: pieces of one length at most, so that little has to be held back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from antrea_ci.redaction.parts import SHORTEST, parts_of
from antrea_ci.redaction.spellings import key_spellings, spellings

REACH = 32
"""No piece is longer, in bytes. A longer spelling is found piece by piece."""
# So many bytes of a piece are in the next one too: where a line ends behind a piece, the next one has surely begun.
_SHARED = 6


def pieces_of(values: Iterable[str]) -> Iterator[bytes]:
    """The pieces of each value and of what is secret in it."""
    for value in values:
        spelt = key_spellings if "PRIVATE KEY-----" in value else spellings
        for part in parts_of(value):
            for text in _lines_alone(part):
                for spelling in spelt(text):
                    yield from pieces(spelling)


def _lines_alone(part: str) -> list[str]:
    """Lines are parts of their own; the whole counts where one of them is too short to be told alone."""
    lines = [line.strip() for line in part.splitlines()]
    if len(lines) == 1:
        return [part]
    return [part, "".join(lines)] if any(0 < len(line) < SHORTEST for line in lines) else []


def pieces(spelling: bytes) -> Iterator[bytes]:
    """``spelling``, if it is not too short, cut so that its pieces together cover all of it."""
    if len(spelling) < SHORTEST:
        return
    for start in range(0, max(1, len(spelling) - REACH), REACH - _SHARED):
        yield spelling[start : start + REACH]
    yield spelling[-REACH:]
