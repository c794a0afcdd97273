"""Two lists, item by item: by natural key, by position where the order counts, else by content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from antrea_ci.diff.model import ABSENT, Effect
from antrea_ci.diff.structure.knowledge import is_ordered, keys_of
from antrea_ci.diff.structure.labels import labels_of_both
from antrea_ci.diff.structure.matching import Pairs, by_content, by_label, in_sequence
from antrea_ci.diff.structure.place import Found, Place
from antrea_ci.yamlio import Value

Compare: TypeAlias = Callable[[Value, Value, Place], Iterator[Found]]


class _Match(NamedTuple):
    """Which items belong together, and what each is called. A position names items of one side only."""

    pairs: Pairs
    before: Sequence[str]
    after: Sequence[str]
    has_keys: bool


def compare_lists(before: list[Value], after: list[Value], place: Place, compare: Compare) -> Iterator[Found]:
    """Every difference of two lists.

    A label that is a position counts in ``before``; that of an added item in ``after``. Where the items that both have
    stand in another order, one difference more says so, with both lists: of meaning only where order has one.
    """
    ordered = is_ordered(place, before, after)
    yield from _told(before, after, place, _match(before, after, place, ordered=ordered), compare, ordered=ordered)


def compare_labelled(
    before: Sequence[tuple[str, Value]], after: Sequence[tuple[str, Value]], place: Place, compare: Compare
) -> Iterator[Found]:
    """The same for items whose labels, each of which stands once in a list, are known already."""
    left, right = [label for label, _ in before], [label for label, _ in after]
    match = _Match(by_label(left, right), left, right, has_keys=True)
    items = [value for _, value in before], [value for _, value in after]
    yield from _told(*items, place, match, compare, ordered=is_ordered(place, *items))


def _match(before: list[Value], after: list[Value], place: Place, *, ordered: bool) -> _Match:
    labels = labels_of_both(before, after, keys_of(place))
    if labels:
        return _Match(by_label(*labels), *labels, has_keys=True)
    pairs = in_sequence(before, after, place) if ordered else by_content(before, after, place)
    return _Match(pairs, list(map(str, range(len(before)))), list(map(str, range(len(after)))), has_keys=False)


def _told(
    before: list[Value], after: list[Value], place: Place, match: _Match, compare: Compare, *, ordered: bool
) -> Iterator[Found]:
    partners = dict(match.pairs)
    for index, value in enumerate(before):
        below = place.item(match.before[index])
        if index in partners:
            yield from compare(value, after[partners[index]], below)
        else:
            yield Found(below, value, ABSENT)
    kept = set(partners.values())
    for index, value in enumerate(after):
        if index not in kept:
            yield Found(
                place.item(match.after[index]), ABSENT, value, note=_position(index, after, match) if ordered else ""
            )
    if any(one[1] > other[1] for one, other in pairwise(sorted(match.pairs))):
        effect = Effect.MEANING if ordered else Effect.ORDER
        yield Found(place, before, after, effect, _order(match))


def _position(index: int, after: list[Value], match: _Match) -> str:
    return f"item {index + 1} of {len(after)}" if match.has_keys else ""


def _order(match: _Match) -> str:
    """The new order in the words of the labels, which is all that a reader of long items wants to know."""
    if not match.has_keys:
        return "another order"
    return f"another order: {', '.join(match.before)} → {', '.join(match.after)}"
