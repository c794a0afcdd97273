"""facts/installer.yaml with types: how openshift-install is called and what it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NotRequired, TypedDict, cast

from antrea_ci.facts import facts


@dataclass(frozen=True)
class Pattern:
    """Lines of the installer: ``needs`` is a part of every one of them, ``expression`` is searched in the message."""

    needs: bytes
    expression: re.Pattern[str]


@dataclass(frozen=True)
class FatalFact:
    """A line that ends the installation whatever the exit code, in these verbs."""

    id: str
    verbs: frozenset[str]
    pattern: Pattern
    why: str
    fix: str


@dataclass(frozen=True)
class LiveFact:
    """What is going on from a line on; ``usual`` in seconds, None where nobody has said it.

    ``reached``: machines (all are there), bootstrapped (the control plane is up), alone (the bootstrap machine is
    gone), or empty.
    """

    name: str
    pattern: Pattern
    usual: float | None
    reached: str


class Environment(TypedDict):
    """Which variables the installer gets."""

    passed: list[str]
    platforms: dict[str, PlatformVariables]
    override: str
    own: str


class PlatformVariables(TypedDict):
    """The variables of one platform: by prefix; which of them are secrets."""

    prefix: str
    secret: list[str]


class _Matched(TypedDict):
    needs: str
    pattern: str


class _Fatal(_Matched):
    id: str
    verbs: list[str]
    why: str
    fix: str


class _Live(_Matched):
    name: str
    stage: NotRequired[str]
    usual: NotRequired[float]
    reached: NotRequired[str]


class _Stage(TypedDict):
    usual: float
    within: NotRequired[str]


class _SkipPassword(TypedDict):
    since: int
    verbs: list[str]


class _Facts(TypedDict):
    version: dict[str, str]
    environment: Environment
    skip_password_print: _SkipPassword
    log_level: dict[str, str]
    exit_codes: dict[str, str]
    password: _Matched
    last_words: dict[str, str]
    fatal: list[_Fatal]
    stages: dict[str, _Stage]
    times: dict[str, str]
    live: list[_Live]


@dataclass(frozen=True)
class Times:
    """The block that tells how long each stage took."""

    begin: str
    stage: re.Pattern[str]
    total: re.Pattern[str]


@dataclass(frozen=True)
class VersionForms:
    """How `openshift-install version` tells what it is."""

    line: re.Pattern[str]
    numbers: re.Pattern[str]
    image: re.Pattern[str]


@dataclass(frozen=True)
class Known:
    """The facts in the form in which they are asked."""

    fatal: tuple[FatalFact, ...]
    live: tuple[LiveFact, ...]
    password: Pattern
    times: Times
    version: VersionForms
    environment: Environment
    nested_stages: Mapping[str, str]


@cache
def known() -> Known:
    """Everything that is known of the installer's output."""
    raw = _facts()
    times = {name: re.compile(text) for name, text in raw["times"].items()}
    forms = {name: re.compile(text, re.MULTILINE) for name, text in raw["version"].items()}
    return Known(
        fatal=tuple(_fatal(raw)),
        live=tuple(_live(raw)),
        password=_pattern(raw["password"]),
        times=Times(raw["times"]["begin"], times["stage"], times["total"]),
        version=VersionForms(forms["line"], forms["numbers"], forms["image"]),
        environment=raw["environment"],
        nested_stages={name: stage["within"] for name, stage in raw["stages"].items() if "within" in stage},
    )


def flags(verb: str, minor: int) -> list[str]:
    """The flags, beside `--dir`, with which the installer of this minor version is called for ``verb``."""
    raw = _facts()
    skip = raw["skip_password_print"]
    level = raw["log_level"].get(verb, raw["log_level"]["usual"])
    hide = ["--skip-password-print"] if minor >= skip["since"] and verb in skip["verbs"] else []
    return ["--log-level", level, *hide]


def part_of_code(code: int | None) -> str:
    """The part of a creation that failed: infrastructure, bootstrap, install, stability; empty: the code tells none."""
    return _facts()["exit_codes"].get(str(code), "")


def last_words(verb: str) -> str:
    """What the installer says at the end of ``verb`` when all went well; empty where that is not known."""
    return _facts()["last_words"].get(verb, "")


def reached_by(name: str) -> str:
    """How far the cluster is when ``name`` goes on; see LiveFact."""
    return next((fact.reached for fact in known().live if fact.name == name), "")


def _fatal(raw: _Facts) -> Iterator[FatalFact]:
    for fact in raw["fatal"]:
        yield FatalFact(fact["id"], frozenset(fact["verbs"]), _pattern(fact), fact["why"], fact["fix"])


def _live(raw: _Facts) -> Iterator[LiveFact]:
    for fact in raw["live"]:
        usual = raw["stages"][fact["stage"]]["usual"] if "stage" in fact else fact.get("usual")
        yield LiveFact(fact["name"], _pattern(fact), usual, fact.get("reached", ""))


def _pattern(fact: _Matched) -> Pattern:
    return Pattern(fact["needs"].encode(), re.compile(fact["pattern"]))


def _facts() -> _Facts:
    return cast("_Facts", facts("installer"))
