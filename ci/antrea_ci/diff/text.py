"""A diff as plain text for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from antrea_ci.diff.lines import classes, headline, how, lists, remarks, values
from antrea_ci.diff.model import ObjectChange, RepositoryDiff
from antrea_ci.diff.visible import visible


def text(diffs: Sequence[RepositoryDiff]) -> str:
    """Summary and details of each repository, each with its name where there are several."""
    return visible("\n\n".join("\n".join(_repository(diff, named=len(diffs) > 1)) for diff in diffs))


def _repository(diff: RepositoryDiff, *, named: bool) -> Iterator[str]:
    yield f"{diff.repository}: {headline(diff)}" if named else headline(diff)
    if not (diff.objects or diff.warnings or diff.blocked or diff.error):
        return
    yield f"  {diff.base} → {diff.head}"
    if diff.error:
        yield diff.error
    if diff.blocked:
        yield f"  blocked: {diff.blocked}"
    yield from (f"  warning: {warning}" for warning in diff.warnings)
    for title, entries in lists(diff):
        yield f"\n{title}:"
        yield from (f"  {entry}" for entry in entries)
    yield from _details(diff.objects)
    if diff.stale_base:
        yield "\nWhat rendering the base again changes in it:"
        yield from _details(diff.stale_base)


def _details(changes: Iterable[ObjectChange]) -> Iterator[str]:
    for change in changes:
        yield f"\n{change.object}: {how(change)} [{classes(change)}]"
        if change.why:
            yield f"  {change.why}"
        why = ""
        for path in change.paths:
            yield f"  {path.path or 'the whole file'} [{classes(path)}]"
            # Many paths of one object change for one reason: it is told once.
            yield from (f"    {part}" for part in (remarks(path), path.why if path.why != why else "") if part)
            yield from (f"    {line}" for line in values(path))
            why = path.why
