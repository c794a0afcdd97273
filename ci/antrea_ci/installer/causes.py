"""The likely reason of a failure: version, exit code and log together (facts/installer-causes.yaml)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from typing import NotRequired, TypedDict, cast

from antrea_ci.facts import facts
from antrea_ci.installer.known import Pattern
from antrea_ci.installer.lines import Line


@dataclass(frozen=True)
class Cause:
    """``id`` names the fact, ``command`` comes next, ``line`` is what matched, redacted; empty: the exit code alone."""

    id: str
    reason: str
    why: str
    command: str
    line: str
    source: str


@dataclass(frozen=True)
class Rule:
    """A reason and what tells it. Empty ``verbs``, ``codes``: any; no ``patterns``: the exit code alone tells it.

    ``errors_only``: lines of lower levels are no sign of it. ``over``: what shows that it has passed.
    """

    cause: Cause
    minors: range
    verbs: frozenset[str]
    codes: frozenset[int]
    patterns: tuple[Pattern, ...]
    errors_only: bool
    over: Pattern | None

    def allows(self, verb: str, minor: int, code: int | None) -> bool:
        """Whether it can be the reason in this run; a code that is not known excludes nothing."""
        fits_verb = not self.verbs or verb in self.verbs
        fits_code = not self.codes or code is None or code in self.codes
        return fits_verb and fits_code and minor in self.minors


class _Matched(TypedDict):
    needs: str
    pattern: str


class _Cause(TypedDict):
    id: str
    minors: NotRequired[list[int]]
    verbs: NotRequired[list[str]]
    codes: NotRequired[list[int]]
    lines: NotRequired[list[_Matched]]
    any_level: NotRequired[bool]
    over: NotRequired[_Matched]
    reason: str
    why: str
    command: str
    source: str


class _Facts(TypedDict):
    causes: list[_Cause]


@cache
def rules() -> tuple[Rule, ...]:
    """Every reason that is known, the most telling ones first."""
    return tuple(_rules(cast("_Facts", facts("installer-causes"))))


class Classifier:
    """Hears every line that may mean something, and names the reason at the end. Keeps one line for each reason."""

    def __init__(self, verb: str, minor: int) -> None:
        self._verb = verb
        self._minor = minor
        self._rules = [rule for rule in rules() if rule.allows(verb, minor, None)]
        self._found: dict[str, re.Match[str]] = {}
        self._signs: dict[bytes, list[tuple[Rule, re.Pattern[str]]]] = {}
        self._ends: dict[bytes, list[tuple[Rule, re.Pattern[str]]]] = {}
        for rule in self._rules:
            for pattern in rule.patterns:
                self._signs.setdefault(pattern.needs, []).append((rule, pattern.expression))
            if rule.over:
                self._ends.setdefault(rule.over.needs, []).append((rule, rule.over.expression))

    def words(self) -> Set[bytes]:
        """What has to be looked for in the log."""
        return self._signs.keys() | self._ends.keys()

    def hear(self, line: Line, words: Set[bytes]) -> None:
        """Takes a line with these words as a sign of every reason that it can tell."""
        for word in words:
            for rule, pattern in self._ends.get(word, ()):
                if rule.cause.id in self._found and pattern.search(line.message):
                    del self._found[rule.cause.id]
            for rule, pattern in self._signs.get(word, ()):
                if rule.cause.id in self._found or (rule.errors_only and not line.is_error):
                    continue
                if found := pattern.search(line.message):
                    self._found[rule.cause.id] = found

    def cause(self, code: int | None) -> Cause | None:
        """The most telling reason that goes with this exit code (None: it cannot be known); None: no known one does."""
        for rule in self._rules:
            if not rule.allows(self._verb, self._minor, code):
                continue
            if found := self._found.get(rule.cause.id):
                return _filled(rule.cause, found)
            if not rule.patterns and code is not None:
                return rule.cause
        return None


def _filled(cause: Cause, found: re.Match[str]) -> Cause:
    """The cause with the parts of the line that its texts name; in the command they are quoted for a shell."""
    parts = {name: text or "" for name, text in found.groupdict().items()}
    quoted = {name: shlex.quote(text) for name, text in parts.items()}
    return Cause(
        cause.id,
        cause.reason.format_map(parts),
        cause.why.format_map(parts),
        cause.command.format_map(quoted),
        found.string,
        cause.source,
    )


def _rules(raw: _Facts) -> Iterator[Rule]:
    for fact in raw["causes"]:
        first, last = fact.get("minors", [0, 99])
        over = fact.get("over")
        yield Rule(
            cause=Cause(fact["id"], fact["reason"], fact["why"], fact["command"], "", fact["source"]),
            minors=range(first, last + 1),
            verbs=frozenset(fact.get("verbs", ())),
            codes=frozenset(fact.get("codes", ())),
            patterns=tuple(_pattern(line) for line in fact.get("lines", ())),
            errors_only=not fact.get("any_level", False),
            over=_pattern(over) if over else None,
        )


def _pattern(fact: _Matched) -> Pattern:
    return Pattern(fact["needs"].encode(), re.compile(fact["pattern"]))
