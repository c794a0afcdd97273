"""From secrets to what is searched for: pieces of one length at most, so that little has to be held back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from antrea_ci.redaction.parts import SHORTEST, parts_of
from antrea_ci.redaction.spellings import key_spellings, spellings

REACH = 32
"""No piece is longer, in bytes. A longer spelling is found piece by piece."""
# So many bytes of a piece are in the next one too: where a line ends behind a piece, the next one has surely begun.
# Keys, of which there are thousands of lines, go without: three bytes of each line would tell nobody anything.
_SHARED = 6


def pieces_of(values: Iterable[str]) -> Iterator[bytes]:
    """The pieces of each value and of what is secret in it."""
    for value in values:
        is_key = "PRIVATE KEY-----" in value
        for part in parts_of(value):
            for text in _lines_alone(part):
                for spelling in key_spellings(text) if is_key else spellings(text):
                    yield from _cut(spelling, REACH if is_key else REACH - _SHARED)


def _lines_alone(part: str) -> list[str]:
    """Lines are parts of their own; the whole counts where one of them is too short to be told alone."""
    lines = [line.strip() for line in part.splitlines()]
    if len(lines) == 1:
        return [part]
    return [part, "".join(lines)] if any(0 < len(line) < SHORTEST for line in lines) else []


def _cut(spelling: bytes, step: int) -> Iterator[bytes]:
    """``spelling``, if it is not too short, in pieces ``step`` bytes apart that together cover all of it."""
    if len(spelling) < SHORTEST:
        return
    last = max(0, len(spelling) - REACH)
    # The last pieces move together, so that none is a short one, which would be found everywhere.
    count = -(-last // step)
    yield from (spelling[at : at + REACH] for at in (last * number // max(count, 1) for number in range(count + 1)))
