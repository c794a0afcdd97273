"""Installations with the time of each step as a bar, and the last change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from antrea_ci.page.collect.past import Change, Installation, Past, Step
from antrea_ci.page.drawing.bars import seconds_bar
from antrea_ci.page.markup import Child, Markup, element, fragment
from antrea_ci.page.parts import Tone, badge, cell, code, named, nothing, pairs, prose, row, section
from antrea_ci.page.words import duration, when
from antrea_ci.wording import count

_MOST = 6  # installations that are shown step by step
_TONES: dict[str, Tone] = {
    **dict.fromkeys(("installed", "ok", "applied"), "good"),
    **dict.fromkeys(("failed", "refused"), "bad"),
    "interrupted": "warn",
}


def history_section(past: Past) -> Markup:
    """From new to old."""
    shown = [_installation(one, number) for number, one in enumerate(past.installations[:_MOST])]
    none = None if shown else nothing("No installation is recorded yet.")
    return section("history", "History", none, shown, _older(past.installations[_MOST:]), _changes(past))


def _older(left: Sequence[Installation]) -> Markup | None:
    """A line for each."""
    items = [element("li", when(one.begun), f": {one.outcome}, {duration(one.seconds)}") for one in left]
    return fragment(element("h3", "Before these"), element("ul", items, class_="accepted")) if items else None


def _installation(one: Installation, number: int) -> Markup:
    title = element(
        "h3", "Installation of ", when(one.begun), " ", badge(one.outcome, _TONES.get(one.outcome, "plain"))
    )
    facts: list[tuple[str, Child]] = [
        ("Commit", one.commit and code(one.commit[:12])),
        ("Release", one.release),
        ("Took", duration(one.seconds)),
        ("Checks", _checks(one)),
        ("Switched off", one.waived.replace(",", ", ")),
        ("Cause", "; ".join(one.causes)),
        ("Recorded in", one.source),
    ]
    return element("article", title, pairs(facts, kind="across"), _steps(one, number))


def _checks(one: Installation) -> Child:
    if not one.passed and not one.failed:
        return None
    failed = [fragment(element("br"), badge("failed", "bad"), " ", text) for text in one.failed]
    return fragment(f"{one.passed} of {count(one.passed + len(one.failed), 'check')} passed", failed)


def _steps(one: Installation, number: int) -> Markup | None:
    if not one.steps:
        return None
    starts = list(_starts(one.steps))
    whole = max(start + step.seconds for start, step in zip(starts, one.steps, strict=True))
    heads = (("Step", ""), ("From begin to end", "drawn"), ("Took", "number"))
    head = [element("th", title, scope="col", class_=kind or None) for title, kind in heads]
    return element(
        "table",
        element("caption", "Phases, and below the installer's own the stages that it timed", id=f"steps-{number}"),
        element("thead", element("tr", head)),
        element("tbody", [_step(step, start, whole) for start, step in zip(starts, one.steps, strict=True)]),
        class_="steps",
    )


def _starts(steps: Sequence[Step]) -> Iterator[float]:
    """When each began, in seconds: one after the other, and a part together with its whole."""
    ends: dict[str, float] = {}
    begun: dict[str, float] = {}
    for step in steps:
        start = ends.get(step.within, begun.get(step.within, 0.0))
        begun[step.name], ends[step.within] = start, start + step.seconds
        yield start


def _step(step: Step, start: float, whole: float) -> Markup:
    depth = "" if not step.within else "stage" if step.within == "cluster" else "inner"
    failed = [" ", badge(step.state, "bad")] if step.state != "ok" else None
    kind = "failed" if step.state != "ok" else depth or "phase"
    bar = seconds_bar(start, step.seconds, whole, f"{step.name}: {duration(step.seconds)}", kind)
    took = cell(duration(step.seconds), kind="number")
    return row(named(step.name, failed, kind=depth), cell(bar, kind="drawn"), took)


def _changes(past: Past) -> Markup:
    last = _change(past.change) if past.change else nothing(prose("No run of `apply` is recorded here yet."))
    if not past.applied:
        return fragment(element("h3", "Last change"), last)
    items = [element("li", when(one.time), ": ", code(one.commit[:12])) for one in past.applied]
    kept = fragment(element("h3", "Changes that were carried to the cluster"), element("ul", items, class_="accepted"))
    return fragment(element("h3", "Last change"), last, kept)


def _change(change: Change) -> Markup:
    facts: list[tuple[str, Child]] = [
        ("Outcome", badge(change.outcome, _TONES.get(change.outcome, "plain"))),
        ("Commit", change.commit and code(change.commit[:12])),
        ("Before", change.before and code(change.before[:12])),
        ("Changed", [element("div", code(name)) for name in change.changed] or "nothing"),
        ("Deleted", [element("div", code(name)) for name in change.deleted] or None),
        ("Failed checks", "; ".join(change.failed)),
        ("Outside of a window", change.window),
        ("Why it ended", change.error),
    ]
    return pairs(facts, kind="across")
