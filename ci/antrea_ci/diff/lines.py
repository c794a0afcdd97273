"""What every written form of a diff says, line by line: the marks of a change and its two values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from antrea_ci.diff.model import Effect, ObjectChange, PathChange, RepositoryDiff
from antrea_ci.diff.structure.shown import lines as text_lines
from antrea_ci.diff.structure.shown import shown
from antrea_ci.wording import count
from antrea_ci.yamlio import Value, plain_dump

_LONG = 1_000
_SEEN_BEFORE = 40
_EFFECTS = {
    Effect.MEANING: "",
    Effect.ORDER: "only the order differs",
    Effect.SPELLING: "the same value, written differently",
    Effect.COMMENT: "only comments or spacing differ",
}


def headline(diff: RepositoryDiff) -> str:
    """How much differs, in one line; that no object differs is said in just these words."""
    files = sum(change.is_file for change in diff.objects)
    objects = len(diff.objects) - files
    if diff.error:
        return "This could not be compared."
    if not diff.objects:
        return "No object differs."
    if not objects:
        return f"No object differs; {_differing(count(files, 'file'), files)}; worst: {diff.classes[0]}"
    told = count(objects, "object") + (f" and {count(files, 'file')}" if files else "")
    return f"{_differing(told, len(diff.objects))}; worst: {diff.classes[0]}"


def counts(diff: RepositoryDiff) -> str:
    """``1 added, 2 changed``: how many objects and files changed in which way."""
    kinds = Counter(change.change for change in diff.objects)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))


def _differing(told: str, number: int) -> str:
    return f"{told} {'differs' if number == 1 else 'differ'}"


def classes(change: ObjectChange | PathChange) -> str:
    """The classes, the worst first."""
    return ", ".join(change.classes)


def how(change: ObjectChange) -> str:
    """``changed``, ``renamed from Deployment/ns/old``."""
    return f"{change.change} from {change.was}" if change.was else change.change


def remarks(path: PathChange) -> str:
    """What else there is to say of a line: that it is no change of meaning, which part of an image changed."""
    return "; ".join(filter(None, (_EFFECTS[path.effect], path.note)))


def values(path: PathChange) -> Iterator[str]:
    """The two values as lines that start with ``-`` and ``+``: texts of several lines as a unified diff, whole objects
    as YAML."""
    before, after = path.before, path.after
    if isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after):
        yield from text_lines(before, after)
        return
    if isinstance(before, str) and isinstance(after, str):
        before, after = _from_where_they_differ(before, after)
    if before is not None:
        yield from (f"- {line}" for line in _lines(before))
    if after is not None:
        yield from (f"+ {line}" for line in _lines(after))


def _lines(value: Value) -> list[str]:
    return plain_dump(value).splitlines() if isinstance(value, (dict, list)) and value else [shown(value, limit=_LONG)]


def _from_where_they_differ(before: str, after: str) -> tuple[str, str]:
    """Two texts of which a reader sees the part that differs, however long they are."""
    if max(len(before), len(after)) <= _LONG:
        return before, after
    same = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), 0)
    start = max(same - _SEEN_BEFORE, 0)
    return f"…{before[start:]}", f"…{after[start:]}"


def lists(diff: RepositoryDiff) -> Iterator[tuple[str, list[str]]]:
    """The lists of the summary with their titles: images and networks whole, of the firewall's rows those that differ.

    Each entry starts with ``-``, ``+`` or a blank, as in a unified diff; a list without entries is left out.
    """
    for title, change, whole in (
        ("Images", diff.images, True),
        ("Networks", diff.networks, True),
        ("Firewall rows", diff.firewall, False),
    ):
        kept = [f"  {text}" for text in change.after if whole and text in change.before]
        found = [*kept, *(f"- {text}" for text in change.removed), *(f"+ {text}" for text in change.added)]
        if found:
            yield title, found
