"""The answers that an update goes in with: the stored ones, migrated, brought up to date, and those asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from antrea_ci.errors import FindingsError, UsageError
from antrea_ci.findings import Finding, Location
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Value, YamlError, parse
from antrea_generator.update.config import Question
from antrea_generator.update.migrations import Answers
from antrea_generator.update.owners import Fact
from antrea_generator.update.stored import Stored

Questions = Mapping[str, Question]


@dataclass(frozen=True)
class Wanted:
    """``answers`` by the new template's questions, in their order; ``notes`` say what differs from the stored ones.

    ``asked`` are the names that the person gave; ``owners`` the files that own facts, by the names of their questions.
    """

    answers: Answers
    asked: frozenset[str]
    owners: Mapping[str, str]
    notes: tuple[str, ...]


def wanted_answers(
    stored: Stored, answers: Answers, facts: tuple[Mapping[str, Fact], Mapping[str, Fact]], asked: Answers
) -> Wanted:
    """``answers`` are the stored ones after the migrations; ``facts`` those of the repository at its birth, and now."""
    notes = [f"{told(name, value, answers[name])}, by a migration" for name, value in _changed(stored, answers)]
    born, now = facts
    owned: dict[str, Value] = {}
    for name, fact in now.items():
        if name not in asked and (name not in born or not same(born[name].value, fact.value)):
            before = answers.get(name)
            if not same(before, fact.value):
                notes.append(f"{told(name, before, fact.value)}, as {fact.file} says")
                owned[name] = fact.value
    notes += [told(name, answers.get(name), value) for name, value in asked.items()]
    _refuse_owned(asked, now)
    owners = {name: fact.file for name, fact in now.items()}
    return Wanted({**answers, **owned, **asked}, frozenset(asked), owners, tuple(notes))


def _refuse_owned(asked: Answers, now: Mapping[str, Fact]) -> None:
    """An answer cannot change what a file owns: raises FindingsError for each that tries."""
    place = Location("--data")
    findings = [
        Finding(
            "answers/owned", f"`{name}` is {shown(now[name].value)} in {now[name].file}, which owns it", location=place
        )
        for name, value in asked.items()
        if name in now and not same(now[name].value, value)
    ]
    if findings:
        raise FindingsError([replace(one, fix="change it in that file, commit, and update then") for one in findings])


def read_asked(pairs: Sequence[str], questions: Questions) -> Answers:
    """The ``NAME=VALUE`` pairs of the command line: text for a question of text, YAML for any other."""
    asked: dict[str, Value] = {}
    unknown: list[Finding] = []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(f"--data {pair}: write it as NAME=VALUE")
        if name not in questions:
            message = f"there is no question `{name}`{did_you_mean(name, questions)}"
            unknown.append(Finding("answers/unknown", message, location=Location("--data")))
            continue
        try:
            asked[name] = text if questions[name].type in ("str", "path") else parse(text, f"--data {name}").value
        except YamlError as error:
            unknown += error.findings
    if unknown:
        raise FindingsError(unknown)
    return asked


def same(first: Value, second: Value) -> bool:
    """Whether two answers are the same in value and kind: 1 is not true."""
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def told(name: str, before: Value, after: Value) -> str:
    """One line about an answer that changes."""
    return f"`{name}`: {shown(before)} → {shown(after)}"


def shown(value: Value) -> str:
    """A value as messages show it, on one line and cut where it is long."""
    text = "(none)" if value is None else value if isinstance(value, str) and value else json.dumps(value)
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


_LONGEST = 80


def _changed(stored: Stored, answers: Answers) -> Iterator[tuple[str, Value]]:
    """The answers that a migration gave another value or name, with what was stored under that name."""
    for name, value in answers.items():
        if name not in stored.answers or not same(stored.answers[name], value):
            yield name, stored.answers.get(name)
