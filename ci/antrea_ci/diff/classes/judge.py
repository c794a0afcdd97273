"""Finds the entries that a difference meets, and makes classes and a reason of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from antrea_ci.diff.classes.books import Book, Entry, Subject, Whole, book_about
from antrea_ci.diff.model import ABSENT, ChangeClass, Difference, Effect, Side, worst_first
from antrea_ci.diff.paths import Item, Step, Steps, path_text
from antrea_ci.yamlio import Value

_HARMLESS = (ChangeClass.SAFE, ChangeClass.DOCUMENTATION)
_NAMES: tuple[Steps, ...] = (("metadata", "name"), ("metadata", "namespace"))
_AS_WRITTEN = {
    Effect.ORDER: "the same entries stand in another order, which says nothing here",
    Effect.SPELLING: "the same value is written in another way",
    Effect.COMMENT: "comments, blank lines or the style of a text are no part of what it says",
}


@dataclass(frozen=True)
class Classified:
    """``classes`` is never empty; the worst stands first. ``why`` says it in words, for each of them."""

    classes: tuple[ChangeClass, ...]
    why: str


def classify(subject: Subject, difference: Difference) -> Classified:
    """What one difference means. One of order, spelling or comments alone is always ``documentation``.

    Another name or namespace of an object is what a rename of it is.
    """
    if not subject.is_file and difference.steps in _NAMES:
        return classify_moved(subject, subject)
    book, steps = book_about(subject), difference.steps
    if difference.effect is not Effect.MEANING:
        entry = book.tree.find(steps) if book else None
        told = (_AS_WRITTEN[difference.effect], entry.as_text if entry else "")
        return Classified((ChangeClass.DOCUMENTATION,), "; ".join(filter(None, told)))
    found = list(_entries(book, subject, difference)) if book else []
    return _together(found or [_unknown(subject, steps)])


def classify_whole(subject: Subject, change: Whole) -> Classified:
    """What it means that an object or a file appears or goes."""
    return _together([_whole(subject, change)])


def classify_moved(old: Subject, new: Subject) -> Classified:
    """What it means that ``old`` is ``new`` now. That is a delete and a create: it is never below either of them."""
    return _together([_whole(old, "removed"), _whole(new, "added")])


def _whole(subject: Subject, change: Whole) -> Entry:
    book = book_about(subject)
    return (book.whole.get(change) or book.tree.find(()) if book else None) or _unknown(subject, ())


def _unknown(subject: Subject, steps: Steps) -> Entry:
    kind = f"{subject.kind}{f' ({subject.group})' if subject.group else ''}"
    what = subject.name if subject.is_file else kind if steps else f"the kind {kind}"
    where = f"`{path_text(steps)}` of " if steps else ""
    return Entry((ChangeClass.UNKNOWN,), f"nothing is known about {where}{what}; a person has to judge it", "")


def _entries(book: Book, subject: Subject, difference: Difference) -> Iterator[Entry]:
    """The entries for the place itself and for all that its values hold; `unknown` for what has none."""
    steps, before, after = difference.steps, difference.before, difference.after
    own = book.tree.find(steps)
    if own:
        yield from _in_force(own, before, after)
    holds = [(one, *found) for one in (before, after) if one is not ABSENT for found in _below(steps, one)]
    if not own and not holds:
        yield from book.tree.below(steps)
    for side, place, value in holds:
        entry = book.tree.find(place)
        if entry:
            yield from _in_force(entry, *((value, ABSENT) if side is before else (ABSENT, value)))
        elif not isinstance(value, (dict, list)):
            yield _unknown(subject, place)


def _below(steps: Steps, value: Value) -> Iterator[tuple[Steps, Value]]:
    """Every value that ``value`` holds, with its place."""
    parts: Sequence[tuple[Step, Value]] = ()
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = [(_item(index, part), part) for index, part in enumerate(value)]
    for step, part in parts:
        yield (*steps, step), part
        yield from _below((*steps, step), part)


def _item(index: int, value: Value) -> Item:
    name = value.get("name") if isinstance(value, dict) else None
    return Item(f"name={name}" if isinstance(name, str) else str(index))


def _in_force(entry: Entry, before: Side, after: Side) -> Iterator[Entry]:
    """What of an entry counts for these two values."""
    missing = [side for side in (before, after) if side is ABSENT]
    if missing and entry.absent_is is not ABSENT and entry.absent_is in (before, after):
        yield Entry((ChangeClass.SAFE,), f"a missing key stands for `{_plain(entry.absent_is)}` too", entry.source)
        return
    yield entry.unset if entry.unset and (_is_unset(before) or _is_unset(after)) else entry
    if entry.other_host and _host(before) != _host(after):
        yield entry.other_host


def _is_unset(value: Side) -> bool:
    return value is ABSENT or value is None or value in ("", [], {})


def _host(value: Side) -> str:
    return value.split("/", 1)[0] if isinstance(value, str) else ""


def _plain(value: Side) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _together(entries: Iterable[Entry]) -> Classified:
    """The classes of all, and of the reasons those that speak for one that no worse entry has."""
    ranked = sorted(dict.fromkeys(entries), key=lambda entry: list(ChangeClass).index(entry.classes[0]))
    classes = worst_first(one for entry in ranked for one in entry.classes)
    told: set[ChangeClass] = set()
    reasons: list[str] = []
    for entry in ranked:
        if not told.issuperset(entry.classes) and not (told and set(entry.classes) <= set(_HARMLESS)):
            reasons.append(entry.why)
            told.update(entry.classes)
    grave = tuple(one for one in classes if one not in _HARMLESS)
    return Classified(grave or classes[:1], "; ".join(reasons))
