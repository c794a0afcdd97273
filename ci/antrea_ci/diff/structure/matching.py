"""Which item of one list is which item of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

from antrea_ci.diff.structure.leaves import Leaves, leaves, likeness, meaning
from antrea_ci.diff.structure.place import Place
from antrea_ci.diff.structure.spelling import identity, normal
from antrea_ci.yamlio import Value

Pairs: TypeAlias = list[tuple[int, int]]

# Below this two items have too little in common to be told as one that changed.
_ALIKE = 0.5
# Above these, comparing everything with everything would be slow; what is found by then is kept.
_MOST_SCORES = 10_000
_MOST_STEPS = 250_000


def by_label(before: Sequence[str], after: Sequence[str]) -> Pairs:
    """Pairs of the same label, each of which stands once in a list."""
    places = {label: index for index, label in enumerate(after)}
    return [(index, places[label]) for index, label in enumerate(before) if label in places]


def in_sequence(before: Sequence[Value], after: Sequence[Value], place: Place) -> Pairs:
    """Pairs for a list whose order counts; a run of items that was replaced by another is paired one by one."""
    left, right = ([_text(item, place.item("")) for item in items] for items in (before, after))
    if Counter(left) == Counter(right):
        return _same_text(left, right)
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    pairs = [(index, index) for index in range(start)]
    pairs += [
        (start + i, start + j) for i, j in _aligned(left[start : len(left) - end], right[start : len(right) - end])
    ]
    return pairs + [(len(left) - back, len(right) - back) for back in range(end, 0, -1)]


def _text(item: Value, place: Place) -> str:
    return identity(item) if isinstance(item, dict | list) else normal(item, place)


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    length = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        length += 1
    return length


def _aligned(before: list[str], after: list[str]) -> Iterator[tuple[int, int]]:
    if len(before) * len(after) > _MOST_STEPS:
        yield from zip(range(len(before)), range(len(after)), strict=False)
        return
    for name, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if name in ("equal", "replace"):
            yield from zip(range(i1, i2), range(j1, j2), strict=False)


def by_content(before: Sequence[Value], after: Sequence[Value], place: Place) -> Pairs:
    """Pairs for a list without keys: equal items first, then those that are the most alike without a doubt."""
    pairs = _same_text(list(map(identity, before)), list(map(identity, after)))
    left, right = _rest(before, after, pairs)
    same = _same_text(
        [meaning(before[i], place.item("")) for i in left], [meaning(after[j], place.item("")) for j in right]
    )
    pairs += [(left[i], right[j]) for i, j in same]
    left, right = _rest(before, after, pairs)
    if len(left) == len(right) == 1 and (left == right or len(before) == len(after) == 1):
        return [*pairs, (left[0], right[0])]
    return pairs + _most_alike(
        {i: leaves(before[i], place.item("")) for i in left}, {j: leaves(after[j], place.item("")) for j in right}
    )


def _rest(before: Sequence[Value], after: Sequence[Value], pairs: Pairs) -> tuple[list[int], list[int]]:
    """The places of both lists that are in no pair."""
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    return [i for i in range(len(before)) if i not in left], [j for j in range(len(after)) if j not in right]


def _same_text(before: Sequence[str], after: Sequence[str]) -> Pairs:
    """Pairs of equal texts, those at the same place first; none of several equal ones is lost."""
    pairs = [(index, index) for index, (one, other) in enumerate(zip(before, after, strict=False)) if one == other]
    settled = {index for index, _ in pairs}
    places: dict[str, list[int]] = {}
    for index in reversed(range(len(after))):
        if index not in settled:
            places.setdefault(after[index], []).append(index)
    rest = ((index, text) for index, text in enumerate(before) if index not in settled)
    return pairs + [(index, places[text].pop()) for index, text in rest if places.get(text)]


def _most_alike(before: dict[int, Leaves], after: dict[int, Leaves]) -> Pairs:
    """Pairs of which each is the best match of the other, with no second one as good."""
    if len(before) * len(after) > _MOST_SCORES:
        return []
    scores = sorted(
        (-likeness(one, other), i, j) for i, one in before.items() for j, other in after.items() if one and other
    )
    scores = [(score, i, j) for score, i, j in scores if -score >= _ALIKE]
    pairs: Pairs = []
    taken_before: set[int] = set()
    taken_after: set[int] = set()
    while scores:
        best = scores[0][0]
        tied = [(i, j) for score, i, j in scores if score == best]
        lefts, rights = Counter(i for i, _ in tied), Counter(j for _, j in tied)
        pairs += [(i, j) for i, j in tied if lefts[i] == rights[j] == 1]
        # Items with several matches that are as good stay as they are: a guess could be wrong.
        taken_before |= set(lefts)
        taken_after |= set(rights)
        scores = [one for one in scores if one[1] not in taken_before and one[2] not in taken_after]
    return pairs
