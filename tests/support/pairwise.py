"""A few cases in which any two values of two factors meet at least once."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

_TRIES = 40


def pairwise(factors: Mapping[str, Sequence[str]], seed: int = 1) -> list[dict[str, str]]:
    """Cases (factor to value) that cover every pair of values. The same cases in every run."""
    chance = random.Random(seed)
    names = list(factors)
    left = {
        ((a, x), (b, y))
        for a, b in itertools.combinations(names, 2)
        for x, y in itertools.product(factors[a], factors[b])
    }
    cases: list[dict[str, str]] = []
    while left:
        first = min(left)
        candidates = [_grown(dict(first), factors, left, chance) for _ in range(_TRIES)]
        best = max(candidates, key=lambda case: len(_pairs(case, names) & left))
        left -= _pairs(best, names)
        cases.append({name: best[name] for name in names})
    return cases


def _grown(
    case: dict[str, str], factors: Mapping[str, Sequence[str]], left: set, chance: random.Random
) -> dict[str, str]:
    """``case`` with every other factor, in random order, each at the value that covers most."""
    rest = [name for name in factors if name not in case]
    chance.shuffle(rest)
    for name in rest:
        values = list(factors[name])
        chance.shuffle(values)
        case[name] = max(values, key=lambda value: _gain(case, name, value, left))
    return case


def _gain(case: dict[str, str], name: str, value: str, left: set) -> int:
    return sum(((name, value), other) in left or (other, (name, value)) in left for other in case.items())


def _pairs(case: Mapping[str, str], names: Sequence[str]) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    return {((a, case[a]), (b, case[b])) for a, b in itertools.combinations(names, 2)}
