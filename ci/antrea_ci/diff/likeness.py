"""Which of many deleted and created objects are the same ones, by what they have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from antrea_ci.diff.structure.leaves import Leaves

Pairs: TypeAlias = list[tuple[int, int]]

# Issue 5: "paired when unique and at least 90 % equal". In percent, so that no rounding decides.
_ALIKE = 90
# Leaves times pairs, about a second; beyond it only equal ones are paired.
_MOST_WORK = 10_000_000_000


def alike_pairs(before: Sequence[Leaves], after: Sequence[Leaves]) -> Pairs:
    """Pairs of positions of which each is the only match of the other: first those that are equal, then at least 90 %.

    How equal two are is how many leaves both have, of those of the larger one.
    """
    equal = _unique(_equal(before, after))
    lefts, rights = {i for i, _ in equal}, {j for _, j in equal}
    left = [i for i in range(len(before)) if i not in lefts]
    right = [j for j in range(len(after)) if j not in rights]
    alike = _unique(_alike([before[i] for i in left], [after[j] for j in right]))
    return equal + [(left[i], right[j]) for i, j in alike]


def _unique(pairs: Pairs) -> Pairs:
    lefts, rights = Counter(i for i, _ in pairs), Counter(j for _, j in pairs)
    return [(i, j) for i, j in pairs if lefts[i] == rights[j] == 1]


def _equal(before: Sequence[Leaves], after: Sequence[Leaves]) -> Pairs:
    places: dict[Leaves, list[int]] = defaultdict(list)
    for j, one in enumerate(after):
        places[one].append(j)
    return [(i, j) for i, one in enumerate(before) for j in places.get(one, ())]


def _alike(before: Sequence[Leaves], after: Sequence[Leaves]) -> Pairs:
    """Leaves that one side only has can be in no common part; each of the others is a bit of a number."""
    common = frozenset[tuple[str, str, int]]().union(*before) & frozenset[tuple[str, str, int]]().union(*after)
    if len(common) * len(before) * len(after) > _MOST_WORK:
        return []
    bits = {leaf: 1 << index for index, leaf in enumerate(common)}
    rights = [(_needed(one), sum(bits[leaf] for leaf in one & common)) for one in after]
    pairs: Pairs = []
    for i, one in enumerate(before):
        needed, held = _needed(one), sum(bits[leaf] for leaf in one & common)
        pairs += [(i, j) for j, (other, shared) in enumerate(rights) if needed <= (held & shared).bit_count() >= other]
    return pairs


def _needed(one: Leaves) -> int:
    """How many leaves it must share with another that is not larger."""
    return -(-_ALIKE * len(one) // 100)
