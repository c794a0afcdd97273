"""A diff as Markdown for a pull request's comment: the summary first and always whole, then details that fold.

Everything that comes from the repositories stands in fenced blocks or in ``code``, so none of it is Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from antrea_ci.diff.lines import classes, counts, headline, how, lists, remarks, values
from antrea_ci.diff.model import ChangeClass, ObjectChange, RepositoryDiff, worst_first
from antrea_ci.diff.visible import coded, fenced, visible_line
from antrea_ci.wording import count

GITHUB_LIMIT = 65_000
"""Characters of a comment: GitHub takes 65,536."""
GITLAB_LIMIT = 1_000_000
"""Characters of a note (docs.gitlab.com/administration/instance_limits, "Size of comments and descriptions")."""

_ROOM_FOR_REST = 400
_SHORTENED = (10_000, 300, 100, 30, 10, 3, 1)
_CHARACTERS_AN_ENTRY = 50


def markdown(diffs: Sequence[RepositoryDiff], limit: int = GITHUB_LIMIT, whole: str = "") -> str:
    """The report in at most ``limit`` characters, counted as the hosts do.

    The summary is always told. Details that do not fit are left out object by object, the values first and then the
    places, and a line says how many are left and, by ``whole``, where the whole report is.
    """
    text = _summaries(diffs, limit - _ROOM_FOR_REST)
    details = [part for diff in diffs for part in _details(diff, named=len(diffs) > 1)]
    room = limit - _length(text) - _ROOM_FOR_REST
    told: list[str] = []
    for forms in details:
        fitting = next((part for part in forms if _length(part) + 2 <= room), None)
        if fitting is not None:
            room -= _length(fitting) + 2
            told.append(fitting)
    left = len(details) - len(told)
    rest = f"… and {count(left, 'more change')}. {whole}".rstrip() if left else ""
    return "\n\n".join(filter(None, (text, *told, rest))) + "\n"


def _length(text: str) -> int:
    """Of the two ways in which a host may count, the longer one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _summaries(diffs: Sequence[RepositoryDiff], limit: int) -> str:
    """The summaries; lists of very many entries are shortened to the longest length that fits."""
    text = ""
    for longest in _SHORTENED:
        text = "\n\n".join(_summary(diff, longest, named=len(diffs) > 1) for diff in diffs)
        if _length(text) <= limit:
            return text
    return _counted(diffs)


def _counted(diffs: Sequence[RepositoryDiff]) -> str:
    """What is left of the summaries where not even the shortest ones fit: how many repositories, and what fails."""
    classes = worst_first(name for diff in diffs for name in diff.classes)
    parts = [f"#### {sum(bool(diff.objects) for diff in diffs)} of {len(diffs)} repositories differ"]
    parts[0] += f"; worst: {classes[0]}" if classes else ""
    for number, what in (
        (sum(bool(diff.error) for diff in diffs), "could not be compared"),
        (sum(bool(diff.blocked) for diff in diffs), "must not be merged"),
    ):
        parts += [f"⛔ **{number} of them {what}.**"] if number else []
    return "\n\n".join(parts)


def _summary(diff: RepositoryDiff, longest: int, *, named: bool) -> str:
    title = f"#### {coded(_cut(diff.repository, longest))}: " if named else "#### "
    parts = [f"{title}{headline(diff)}", f"{coded(_cut(diff.base, longest))} → {coded(_cut(diff.head, longest))}"]
    if diff.error:
        parts.append(f"⛔ **This fails.**\n{fenced(_cut(diff.error, longest))}")
    if diff.blocked:
        parts.append(f"⛔ **This must not be merged.** {coded(_cut(diff.blocked, longest))}")
    parts += [f"⚠️ {coded(_cut(text, longest))}" for text in _shortened(diff.warnings, longest)]
    if diff.objects:
        parts.append(counts(diff))
        parts.append(_by_class(diff, longest))
    for heading, entries in lists(diff):
        lines = (visible_line(_cut(entry, longest)) for entry in _shortened(entries, longest))
        parts.append(f"**{heading}**\n{fenced(chr(10).join(lines), 'diff')}")
    return "\n\n".join(parts)


def _by_class(diff: RepositoryDiff, longest: int) -> str:
    rows = ["| class | objects |", "|---|---|"]
    for name in ChangeClass:
        found = [
            f"{coded(_cut(change.object, longest))} {_how_marked(change)}"
            for change in diff.objects
            if change.worst is name
        ]
        if found:
            rows.append(f"| **{name}** ({len(found)}) | {'<br>'.join(_shortened(found, longest))} |")
    return "\n".join(rows)


def _how_marked(change: ObjectChange) -> str:
    """What became of the object; what it was called before is anybody's text."""
    return f"{change.change} from {coded(change.was)}" if change.was else change.change


def _cut(text: str, longest: int) -> str:
    """A long text, shortened as lists are of which ``longest`` entries are shown."""
    room = longest * _CHARACTERS_AN_ENTRY
    return text if len(text) <= room else f"{text[:room]}… ({len(text):,} characters)"


def _shortened(entries: Sequence[str], longest: int) -> list[str]:
    left = len(entries) - longest
    return [*entries[:longest], f"… and {left} more"] if left > 0 else list(entries)


def _details(diff: RepositoryDiff, *, named: bool) -> Iterable[tuple[str, str]]:
    """Of each object that differs the detail, and the same without values."""
    prefix = f"{coded(diff.repository)}: " if named else ""
    for change in diff.objects:
        yield _folded(f"{prefix}{coded(change.object)} {_how_marked(change)}", change)
    for change in diff.stale_base:
        yield _folded(f"{prefix}the base was stale: {coded(change.object)} {_how_marked(change)}", change)


def _folded(title: str, change: ObjectChange) -> tuple[str, str]:
    summary = f"<summary>{title} <b>{classes(change)}</b></summary>"
    whole, places = (chr(10).join(_lines(change, with_values=wanted)) for wanted in (True, False))
    return (
        f"<details>{summary}\n\n{fenced(whole, 'diff')}\n\n</details>",
        f"<details>{summary}\n\n{fenced(places, 'diff')}\n\nIts values are too long to be shown here.\n\n</details>",
    )


def _lines(change: ObjectChange, *, with_values: bool) -> Iterable[str]:
    if change.why:
        yield visible_line(f"# {how(change)}: {change.why}")
    for path in change.paths:
        yield visible_line(f"@@ {path.path or 'the whole file'} @@ {classes(path)}")
        yield from (visible_line(f"# {text}") for text in (remarks(path), path.why) if text)
        if with_values:
            yield from values(path)
