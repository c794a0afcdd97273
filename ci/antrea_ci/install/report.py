"""report.json and report.md: what an installation did and how long it took, taken from its journal. No secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias, cast

from antrea_ci import __version__, redaction
from antrea_ci.files import write_atomically
from antrea_ci.install.history import History
from antrea_ci.install.journal import Entry, Value
from antrea_ci.repo import ClusterRepo
from antrea_ci.wording import as_json

Row: TypeAlias = dict[str, Value]

_LISTS = {
    "preflight": ("probe", ("name", "state", "note")),
    "stages": ("stage.end", ("stage", "seconds")),
    "installer": ("process.end", ("verb", "code", "seconds", "cause")),
    "causes": ("cause", ("id", "reason", "line")),
    "checks": ("check", ("name", "state", "message", "why", "fix", "seconds")),
    "snapshots": ("snapshot", ("kind", "ref")),
}


def report(history: History) -> dict[str, object]:
    """The JSON form; ``outcome`` is running, failed, interrupted, stopped (as asked), or installed."""
    begin = next((entry for entry in history.entries if entry.event == "install.begin"), None)
    head: Row = {**begin.values, "waived": history.waived} if begin else {}
    lists = {name: _rows(history.entries, event, keys) for name, (event, keys) in _LISTS.items()}
    return {
        "antreaGitops": __version__,
        "outcome": _outcome(history),
        **head,
        "begun": begin.time if begin else "",
        "ended": history.entries[-1].time if history.entries else "",
        "phases": list(_phases(history.entries)),
        **lists,
        "applied": [entry.text("object") for entry in history.entries if entry.event == "applied"],
        "created": [entry.text("object") for entry in history.entries if entry.event == "created"],
        "recorded": next((dict(e.values) for e in reversed(history.entries) if e.event == "recorded"), None),
    }


def _outcome(history: History) -> str:
    last = next((entry for entry in reversed(history.entries) if entry.event in ("run.end", "run.begin")), None)
    return last.text("outcome") if last and last.event == "run.end" else "running"


def _phases(entries: Iterable[Entry]) -> Iterator[Row]:
    for entry in entries:
        if entry.event in ("phase.end", "phase.failed"):
            state = "ok" if entry.event == "phase.end" else "failed"
            yield {"name": entry.text("phase"), "state": state, "seconds": entry.values.get("seconds")}


def _rows(entries: Iterable[Entry], event: str, keys: tuple[str, ...]) -> list[Row]:
    return [{key: entry.values.get(key) for key in keys} for entry in entries if entry.event == event]


def write_report(home: ClusterRepo, history: History) -> str:
    """Writes both forms to the report folder; returns the Markdown."""
    home.report.mkdir(exist_ok=True)
    found = report(history)
    text = redaction.text(markdown(found))
    write_atomically(home.report / "report.json", f"{as_json(redaction.strings(found))}\n".encode())
    write_atomically(home.report / "report.md", text.encode())
    return text


def markdown(found: Mapping[str, object]) -> str:
    """The short form, for a pipeline's summary."""
    lines = [f"## Installation of {found.get('cluster', '')}: {found['outcome']}", ""]
    lines.append(f"Commit `{str(found.get('commit', ''))[:12]}`, {_release(found)}.")
    if waived := found.get("waived"):
        lines.append(f"Switched off: {waived}.")
    lines += _table("Phase", _dicts(found["phases"]), ("name", "state", "seconds"))
    lines += _table("Stage", _dicts(found["stages"]), ("stage", "seconds"))
    lines += _table("Check", _dicts(found["checks"]), ("name", "state", "message"))
    for cause in _dicts(found["causes"]):
        lines += ["", f"**{cause.get('reason')}**"]
    return "\n".join(lines) + "\n"


def _release(found: Mapping[str, object]) -> str:
    if found.get("platform") == "kubernetes":
        return f"Kubernetes {found.get('release', '')}"
    return f"OpenShift {found.get('release', '')}, openshift-install {found.get('installer_version', '')}"


def _table(title: str, rows: list[Row], keys: tuple[str, ...]) -> list[str]:
    if not rows:
        return []
    head = [title, *(key.capitalize() for key in keys[1:])]
    body = [f"| {' | '.join(_cell(row.get(key)) for key in keys)} |" for row in rows]
    return ["", f"| {' | '.join(head)} |", f"|{' --- |' * len(keys)}", *body]


def _cell(value: Value) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{int(value) // 60}m{int(value) % 60:02d}s" if value >= 60 else f"{value:.1f} s"
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def _dicts(value: object) -> list[Row]:
    return cast("list[Row]", value) if isinstance(value, list) else []
