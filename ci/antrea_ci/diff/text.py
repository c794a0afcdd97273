"""A diff as plain text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from antrea_ci.diff.lines import classes, counts, headline, how, lists, remarks, values
from antrea_ci.diff.model import ChangeClass, ObjectChange, RepositoryDiff
from antrea_ci.diff.visible import visible, visible_line


def text(diffs: Sequence[RepositoryDiff]) -> str:
    """Summary and details of each repository, each with its name where there are several."""
    return visible("\n\n".join("\n".join(_repository(diff, named=len(diffs) > 1)) for diff in diffs))


def _repository(diff: RepositoryDiff, *, named: bool) -> Iterator[str]:
    yield f"{diff.repository}: {headline(diff)}" if named else headline(diff)
    if not (diff.objects or diff.warnings or diff.blocked or diff.error):
        return
    yield visible_line(f"  {diff.base} → {diff.head}")
    if diff.objects:
        yield f"  {counts(diff)}"
    if diff.error:
        yield diff.error
    if diff.blocked:
        yield visible_line(f"  blocked: {diff.blocked}")
    yield from (visible_line(f"  warning: {warning}") for warning in diff.warnings)
    for title, entries in lists(diff):
        yield f"\n{title}:"
        yield from (visible_line(f"  {entry}") for entry in entries)
    yield from _by_class(diff.objects)
    yield from _details(diff.objects)
    if diff.stale_base:
        yield "\nWhat rendering the base again changes in it:"
        yield from _details(diff.stale_base)


def _by_class(changes: Sequence[ObjectChange]) -> Iterator[str]:
    for name in ChangeClass:
        found = [change for change in changes if change.worst is name]
        if found:
            yield f"\n{name}:"
            yield from (visible_line(f"  {change.object} {how(change)}") for change in found)


def _details(changes: Iterable[ObjectChange]) -> Iterator[str]:
    for change in changes:
        yield "\n" + visible_line(f"{change.object}: {how(change)} [{classes(change)}]")
        if change.why:
            yield visible_line(f"  {change.why}")
        why = ""
        for path in change.paths:
            yield visible_line(f"  {path.path or 'the whole file'} [{classes(path)}]")
            # Many paths of one object change for one reason: it is told once.
            yield from (
                visible_line(f"    {part}") for part in (remarks(path), path.why if path.why != why else "") if part
            )
            yield from (f"    {line}" for line in values(path))
            why = path.why
