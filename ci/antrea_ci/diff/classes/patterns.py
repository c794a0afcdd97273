"""Patterns over the steps of a difference, and the tree in which the most specific one is found.

``facts/changes/README.md`` describes how a pattern is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from antrea_ci.diff.paths import Inner, Item, Step

_PART = re.compile(
    r"""\s*(?P<inner>→)\s*|\["(?P<quoted>[^"]+)"\]|\[(?P<item>[^\]"]+)\]|(?P<dot>\.?)(?P<key>\*\*|\*|[^.\[\]\s→"*]+)"""
)


class _Wild(Enum):
    KEY = "*"
    ITEM = "[*]"
    REST = "**"


REST: Final = _Wild.REST
Part: TypeAlias = "Step | _Wild"
Pattern: TypeAlias = "tuple[Part, ...]"
_Kind: TypeAlias = Literal["key", "item", "inner"]
Found = TypeVar("Found")


def parse_pattern(text: str) -> Pattern:
    """The pattern that ``text`` writes; ValueError if it writes none."""
    parts: list[Part] = []
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        is_joined = bool(parts) and not isinstance(parts[-1], Inner)
        if match is None or REST in parts or (match["key"] and bool(match["dot"]) is not is_joined):
            raise ValueError(f"{text!r} is no pattern of a path: {text[position:]!r} cannot stand there")
        parts.append(_part(match))
        position = match.end()
    return tuple(parts)


def _part(match: re.Match[str]) -> Part:
    if match["inner"]:
        return Inner("")
    if match["item"]:
        return _Wild.ITEM if match["item"] == "*" else Item(match["item"])
    key = match["key"]
    return _Wild(key) if key in (_Wild.KEY.value, REST.value) else match["quoted"] or key


def _token(step: Step, *, any_case: bool) -> tuple[_Kind, str]:
    """What two steps share that a pattern does not tell apart; into a text, whatever its form."""
    if isinstance(step, Item):
        return "item", step.label
    if isinstance(step, Inner):
        return "inner", ""
    return "key", step.casefold() if any_case else step


def _only(old: Found | None, new: Found) -> Found:
    if old is not None:
        raise ValueError("two entries have the same path")
    return new


@dataclass
class Tree(Generic[Found]):
    """Patterns and what each of them stands for. ``any_case`` says that the case of keys does not count."""

    any_case: bool = False
    _here: Found | None = None
    _rest: Found | None = None
    _known: dict[tuple[_Kind, str], Tree[Found]] = field(default_factory=dict)
    _wild: dict[_Kind, Tree[Found]] = field(default_factory=dict)

    def add(self, pattern: Pattern, found: Found) -> None:
        """Lets ``pattern`` stand for ``found``; ValueError if it stands for something already."""
        if not pattern:
            self._here = _only(self._here, found)
            return
        part = pattern[0]
        if part is REST:
            self._rest = _only(self._rest, found)
        elif isinstance(part, _Wild):
            kind: _Kind = "key" if part is _Wild.KEY else "item"
            self._wild.setdefault(kind, Tree(self.any_case)).add(pattern[1:], found)
        else:
            token = _token(part, any_case=self.any_case)
            self._known.setdefault(token, Tree(self.any_case)).add(pattern[1:], found)

    def find(self, steps: Sequence[Step]) -> Found | None:
        """What the most specific pattern that matches ``steps`` stands for: a key before ``*``, both before ``**``."""
        if not steps:
            return self._rest if self._here is None else self._here
        for child in self._children(steps[0]):
            if (found := child.find(steps[1:])) is not None:
                return found
        return self._rest

    def below(self, steps: Sequence[Step]) -> Iterator[Found]:
        """Everything that patterns which go on at or below ``steps`` stand for."""
        if steps:
            for child in self._children(steps[0]):
                yield from child.below(steps[1:])
            return
        yield from (found for found in (self._here, self._rest) if found is not None)
        for child in (*self._known.values(), *self._wild.values()):
            yield from child.below(())

    def _children(self, step: Step) -> Iterator[Tree[Found]]:
        kind, text = _token(step, any_case=self.any_case)
        yield from filter(None, (self._known.get((kind, text)), self._wild.get(kind)))
