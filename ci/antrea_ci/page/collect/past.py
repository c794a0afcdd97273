"""What was done to the cluster: installations and changes, with how long each step took."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.install.history import History
from antrea_ci.install.journal import read_entries
from antrea_ci.install.report import report
from antrea_ci.page.collect.backups import Backups
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import items_at, mapping_at, text_at, texts_at, value_at
from antrea_ci.vault import Kind
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class Step:
    """A phase, or a stage that the installer timed itself: ``within`` names its whole. ``state``: ok, failed."""

    name: str
    seconds: float
    state: str = "ok"
    within: str = ""


@dataclass(frozen=True)
class Installation:
    """One installation, with all its runs. ``source`` is where it was read."""

    begun: str
    ended: str
    outcome: str
    commit: str
    release: str
    waived: str
    steps: tuple[Step, ...]
    causes: tuple[str, ...]
    passed: int
    failed: tuple[str, ...]
    source: str

    @property
    def seconds(self) -> float:
        """What its phases took together."""
        return sum(step.seconds for step in self.steps if not step.within)


@dataclass(frozen=True)
class Change:
    """The last run of `apply`: from the commit ``before`` to ``commit``; ``changed`` and ``deleted`` name objects."""

    outcome: str
    commit: str
    before: str
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    failed: tuple[str, ...]
    window: str
    error: str


@dataclass(frozen=True)
class Applied:
    """A change that was carried to the cluster: when its backup was stored (UTC), and the commit."""

    time: str
    commit: str


@dataclass(frozen=True)
class Past:
    """Installations from new to old; the last run of `apply`; and every change that left a backup, from new to old."""

    installations: tuple[Installation, ...]
    change: Change | None
    applied: tuple[Applied, ...]


def past(repo: ClusterRepo, stored: Backups) -> Past:
    """Reads report/ and the journals that came with backups. What cannot be read is left out: nothing is guessed."""
    found: dict[str, Installation] = {}
    for name, journal in stored.journals:
        found |= {one.begun: one for one in _of_journal(journal, name)}
    last = _read(repo, "report.json")
    if text_at(last, ("begun",)):
        one = _installation(last, "report/report.json")
        found[one.begun] = one
    installations = tuple(found[begun] for begun in sorted(found, reverse=True))
    applied = (Applied(one.time, one.commit) for one in stored.found if one.kind == Kind.POST_APPLY)
    return Past(installations, _change(_read(repo, "apply.json")), tuple(applied))


def _of_journal(data: bytes, name: str) -> Iterator[Installation]:
    try:
        entries = read_entries(data, name)
    except AntreaGitopsError:
        return
    starts = [number for number, entry in enumerate(entries) if entry.event == "install.begin"]
    for start, end in pairwise([*starts, len(entries)]):
        history = History(entries[start:end])
        read = cast("Value", report(history)) if history.exists else None
        yield _installation(mapping_at(read, ()) | {"outcome": _outcome(history)}, f"backup {name}")


def _outcome(history: History) -> str:
    """What a journal that was stored before its run ended tells of the outcome."""
    if history.is_destroyed:
        return "destroyed"
    if history.is_recorded or history.is_complete:
        return "installed"
    ended = [entry.text("outcome") for entry in history.entries if entry.event == "run.end"]
    return ended[-1] if ended else "not finished"


def _installation(read: Mapping[str, Value], source: str) -> Installation:
    value = dict(read)
    checks = items_at(value, ("checks",))
    return Installation(
        begun=text_at(value, ("begun",)),
        ended=text_at(value, ("ended",)),
        outcome=text_at(value, ("outcome",)),
        commit=text_at(value, ("commit",)),
        release=text_at(value, ("release",)),
        waived=text_at(value, ("waived",)),
        steps=tuple(_steps(value)),
        causes=tuple(text_at(cause, ("reason",)) for cause in items_at(value, ("causes",))),
        passed=sum(text_at(check, ("state",)) == "ok" for check in checks),
        failed=tuple(_told(check) for check in checks if text_at(check, ("state",)) == "failed"),
        source=source,
    )


def _told(check: Value) -> str:
    return ": ".join(filter(None, (text_at(check, ("name",)), text_at(check, ("message",)))))


def _steps(read: Value) -> Iterator[Step]:
    """The phases in their order, each once, and below the one that runs the installer the stages that it timed."""
    stages = list(_stages(items_at(read, ("stages",))))
    for name, step in _last_of(items_at(read, ("phases",))).items():
        yield step
        if name == "cluster":
            yield from stages


def _last_of(phases: Iterable[Value]) -> dict[str, Step]:
    """A phase that was run again counts as it went last."""
    steps = [Step(text_at(one, ("name",)), _seconds(one), text_at(one, ("state",))) for one in phases]
    return {step.name: step for step in steps}


def _stages(stages: Iterable[Value]) -> Iterator[Step]:
    known = mapping_at(facts("installer"), ("stages",))
    for one in stages:
        name = text_at(one, ("stage",))
        yield Step(name, _seconds(one), within=text_at(known, (name, "within")) or "cluster")


def _seconds(one: Value) -> float:
    found = value_at(one, ("seconds",))
    return float(found) if isinstance(found, int | float) else 0.0


def _change(read: Mapping[str, Value]) -> Change | None:
    if not text_at(dict(read), ("outcome",)):
        return None
    value = dict(read)
    checks = items_at(value, ("checks",))
    return Change(
        outcome=text_at(value, ("outcome",)),
        commit=text_at(value, ("commit",)),
        before=text_at(value, ("before",)),
        changed=tuple(texts_at(value, ("changed",))),
        deleted=tuple(texts_at(value, ("deleted",))),
        failed=tuple(_told(check) for check in checks if text_at(check, ("state",)) == "failed"),
        window=text_at(value, ("window",)),
        error=text_at(value, ("error",)),
    )


def _read(repo: ClusterRepo, name: str) -> dict[str, Value]:
    """A record of report/; empty where there is none, or none that can be read."""
    try:
        read = cast("Value", json.loads((repo.report / name).read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
