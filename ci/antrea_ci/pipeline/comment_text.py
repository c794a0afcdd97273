"""The comment: its frame comes from here and from the trusted environment, everything else is shown as code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from antrea_ci.diff.markdown import markdown
from antrea_ci.diff.model import RepositoryDiff
from antrea_ci.diff.visible import coded
from antrea_ci.pipeline.reported import Fault, ReportedFinding, Reports
from antrea_ci.pipeline.runs import Run
from antrea_ci.wording import count

_LONGEST_TEXT = 2_000
_ROOM_FOR_REST = 400
_COMMAND = re.compile("^/", re.MULTILINE)


def marker(folder: str) -> str:
    """What the comment about the cluster in ``folder`` (its path in the repository, empty at the top) starts with."""
    # Two hyphens would end the comment of HTML that this is.
    name = quote(folder, safe="/").replace("--", "-%2D")
    return f'<!-- antrea-gitops comment folder="{name}" -->'


def comment(reports: Reports, folder: str, run: Run | None, limit: int) -> str:
    """The whole text, at most ``limit`` characters long; it starts with the marker of ``folder``."""
    whole = f"The whole report is with [the run]({run.url})." if run and run.url else "The run's artifact has them all."
    title = f"### antrea-gitops{f' {coded(folder)}' if folder else ''}: {_verdict(reports)}"
    head = "\n\n".join([marker(folder), title, *_origin(run), *map(_fault, reports.faults)])
    room = limit - length(head) - _ROOM_FOR_REST
    diff = "" if reports.diffs is None else _diff(reports.diffs, room, whole)
    found = ""
    if reports.findings is not None:
        found = _check(reports.findings, max(room - length(diff), room // 2), whole)
        if diff and length(found) + length(diff) > room:
            diff = _diff(reports.diffs or (), room - length(found), whole)
    return "\n\n".join(filter(None, (head, found, diff))).rstrip() + "\n"


def length(text: str) -> int:
    """The characters of ``text``: of the two ways in which a host may count, the longer one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _verdict(reports: Reports) -> str:
    errors = sum(finding.is_error for finding in reports.findings or ())
    blocked = any(diff.blocked for diff in reports.diffs or ())
    if any(not fault.is_missing for fault in reports.faults):
        return "⛔ a report is not usable"
    if errors or blocked:
        told = [*([count(errors, "error")] if errors else []), *(["a change that is blocked"] if blocked else [])]
        return f"⛔ not to be merged: {' and '.join(told)}"
    return "⚠️ not everything was looked at" if reports.faults else "✅ no error"


def _origin(run: Run | None) -> Iterator[str]:
    parts = [f"Commit `{run.commit[:12]}`"] if run and run.commit else []
    parts += [f"[run {run.id}]({run.url})" if run.id.isdigit() else f"[run]({run.url})"] if run and run.url else []
    if parts:
        yield " · ".join(parts)


def _fault(fault: Fault) -> str:
    if fault.is_missing:
        return f"⚠️ **`{fault.file}` is missing**: {fault.reason}. Its log says why."
    return (
        f"⛔ **`{fault.file}` is not shown**: {coded(fault.reason)}. It was written by a job that runs the pull "
        "request's own code; that job's log has more."
    )


def _check(findings: Sequence[ReportedFinding], limit: int, whole: str) -> str:
    """The findings, errors first; those that do not fit are counted."""
    errors = sum(finding.is_error for finding in findings)
    title = f"#### Check: {count(errors, 'error')}, {count(len(findings) - errors, 'warning')}"
    if not findings:
        return "#### Check: nothing found"
    room = limit - length(title) - _ROOM_FOR_REST
    told: list[str] = []
    for finding in findings:
        line = _finding(finding)
        room -= length(line) + 1
        if room < 0:
            break
        told.append(line)
    left = len(findings) - len(told)
    rest = f"… and {count(left, 'more finding')}. {whole}" if left else ""
    return "\n\n".join(filter(None, (title, "\n".join(told[:errors]), _folded(told[errors:]), rest)))


def _folded(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    listed = "\n".join(warnings)
    return f"<details><summary>{count(len(warnings), 'warning')}</summary>\n\n{listed}\n\n</details>"


def _finding(finding: ReportedFinding) -> str:
    told = [text for text in (finding.place, finding.object, finding.message) if text]
    more = [("why", finding.why), ("fix", finding.fix), ("rule", finding.rule)]
    head = f"- **{finding.severity.value}** {' '.join(map(_cut, told))}"
    return "\n".join([head, *(f"  - {name}: {_cut(text)}" for name, text in more if text)])


def _cut(text: str) -> str:
    return coded(text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…")


def _diff(diffs: Sequence[RepositoryDiff], limit: int, whole: str) -> str:
    # GitLab carries out a line that starts with a slash (`/merge`). It looks for code blocks by three backticks alone,
    # so that a fence inside of a longer one ends the block for it (gitlab lib/gitlab/quick_actions/extractor.rb).
    text = _COMMAND.sub(" /", markdown(diffs, limit - _ROOM_FOR_REST, whole))
    # The summary is always told, but for one that somebody blew up on purpose.
    return text if length(text) <= limit else f"#### The diff is too large to be shown here\n\n{whole}"
