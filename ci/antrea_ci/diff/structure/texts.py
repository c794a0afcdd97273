"""Two strings that hold something: compared by what they hold, and then by their comments and their style."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from antrea_ci.diff.model import ABSENT, Effect
from antrea_ci.diff.structure.forms import Blocks, Parsed, comments_of, may_be_structured, readers, tagged_lines
from antrea_ci.diff.structure.knowledge import holds_yaml
from antrea_ci.diff.structure.labels import numbered
from antrea_ci.diff.structure.lists import Compare, compare_labelled
from antrea_ci.diff.structure.place import Found, Place
from antrea_ci.yamlio import Value

_COMMENTED = ("yaml", "ini")
_MOST_NOTED = 3
_DIGITS = 16  # of a digest; as many as tell the certificates of any bundle apart


def compare_texts(before: str, after: str, place: Place, compare: Compare) -> Iterator[Found] | None:
    """Every difference of two strings that hold the same form of structure; None where one is a plain text.

    The strings are not the same, so there is always one: of comments and style where they say the same.
    """
    parsed = _read_both(before, after, place)
    if parsed is None:
        return None
    return _compared(before, after, parsed, place, compare)


def _read_both(before: str, after: str, place: Place) -> tuple[Parsed, Parsed] | None:
    seems_plain = not (may_be_structured(before) or may_be_structured(after) or holds_yaml(place))
    if place.is_deep or seems_plain:
        return None
    for read in readers():
        left = read(before)
        right = read(after) if left else None
        if left and right and _says_enough(left, right, place):
            is_whole = left.form != "yaml" or tagged_lines(before) == tagged_lines(after)
            return (left, right) if is_whole else None
    return None


def _says_enough(left: Parsed, right: Parsed, place: Place) -> bool:
    """Whether both have a value; a text of comments alone is YAML only where nothing else can be."""
    return (left.value is not None and right.value is not None) or holds_yaml(place)


def _compared(
    before: str, after: str, parsed: tuple[Parsed, Parsed], place: Place, compare: Compare
) -> Iterator[Found]:
    left, right = parsed
    inside = list(_inside(left, right, place.inner(left.form), compare))
    yield from inside
    gone, new = _comments(before, after, inside) if left.form in _COMMENTED else ([], [])
    if not inside:
        note = _note(gone, new) or "comments, blank lines, quotes or the order of keys"
        yield Found(place, before, after, Effect.COMMENT, note)
    elif gone or new:
        yield Found(place, "\n".join(gone), "\n".join(new), Effect.COMMENT, _note(gone, new))


def _inside(left: Parsed, right: Parsed, place: Place, compare: Compare) -> Iterator[Found]:
    if left.blocks and right.blocks:
        yield from _blocks(left, right, place, compare)
    elif left.several or right.several:
        yield from _documents(_listed(left), _listed(right), place, compare)
    else:
        yield from compare(_or_empty(left, right), _or_empty(right, left), place)


def _or_empty(one: Parsed, other: Parsed) -> Value:
    """The value; where all is commented out, an empty one of the other's type, as readers of settings take it."""
    if one.value is None and other.value is not None:
        return [] if isinstance(other.value, list) else {}
    return one.value


def _listed(parsed: Parsed) -> list[Value]:
    return parsed.value if parsed.several and isinstance(parsed.value, list) else [parsed.value]


def _documents(left: list[Value], right: list[Value], place: Place, compare: Compare) -> Iterator[Found]:
    for index, (before, after) in enumerate(zip_longest(left, right, fillvalue=ABSENT)):
        below = place.item(str(index))
        if before is ABSENT or after is ABSENT:
            yield Found(below, before, after)
        else:
            yield from compare(before, after, below)


def _blocks(left: Parsed, right: Parsed, place: Place, compare: Compare) -> Iterator[Found]:
    """By subject; by digest where two blocks have the same one. What is said of private keys is marked as secret."""
    one, other = left.blocks, right.blocks
    assert one is not None, "read as PEM"
    assert other is not None, "read as PEM"
    doubtful = _doubles(one.names) | _doubles(other.names)
    labels = _block_labels(one, doubtful), _block_labels(other, doubtful)
    private = {label for own, blocks in zip(labels, (one, other), strict=True) for label in _private(own, blocks)}
    places = {place, *(place.item(label) for label in private)} if private else set[Place]()

    def compare_block(before: Value, after: Value, below: Place) -> Iterator[Found]:
        if below not in places:
            yield from compare(before, after, below)
        elif before != after:
            yield Found(below, before, after)

    items = _labelled(labels[0], left.value), _labelled(labels[1], right.value)
    for found in compare_labelled(*items, place, compare_block):
        yield found._replace(secret=found.place in places)


def _doubles(names: Sequence[str]) -> set[str]:
    return {name for name, count in Counter(names).items() if count > 1}


def _block_labels(blocks: Blocks, doubtful: set[str]) -> list[str]:
    pairs = zip(blocks.names, blocks.digests, strict=True)
    return numbered([f"sha256={digest[:_DIGITS]}" if name in doubtful else name for name, digest in pairs])


def _private(labels: Sequence[str], blocks: Blocks) -> Iterator[str]:
    return (label for label, private in zip(labels, blocks.private, strict=True) if private)


def _labelled(labels: Sequence[str], value: Value) -> list[tuple[str, Value]]:
    return list(zip(labels, value if isinstance(value, list) else [], strict=True))


def _comments(before: str, after: str, inside: Iterable[Found]) -> tuple[list[str], list[str]]:
    """The comments that went and came, without those that a difference further inside shows already."""
    left, right = Counter(comments_of(before)), Counter(comments_of(after))
    gone, new = left - right, right - left
    for found in inside:
        if isinstance(found.before, str):
            gone -= Counter(comments_of(found.before))
        if isinstance(found.after, str):
            new -= Counter(comments_of(found.after))
    return list(gone.elements()), list(new.elements())


def _note(gone: Sequence[str], new: Sequence[str]) -> str:
    parts = (("comments gone", gone), ("comments new", new))
    return "; ".join(f"{what}: {_few(comments)}" for what, comments in parts if comments)


def _few(comments: Sequence[str]) -> str:
    more = f" and {len(comments) - _MOST_NOTED} more" if len(comments) > _MOST_NOTED else ""
    return ", ".join(comments[:_MOST_NOTED]) + more
