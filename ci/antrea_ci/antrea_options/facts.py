"""What facts/antrea-options.yaml says, by version of Antrea."""

from __future__ import annotations

import re
from functools import cache
from typing import NotRequired, TypeAlias, TypedDict, cast

from antrea_ci.errors import UsageError
from antrea_ci.facts import facts

Version: TypeAlias = tuple[int, int, int]
Shape: TypeAlias = "str | dict[str, str]"

_VERSION = re.compile(r"\s*v?(\d+)\.(\d+)(?:\.(\d+))?")


class _Span(TypedDict):
    since: NotRequired[str]
    until: NotRequired[str]


class Names(TypedDict):
    """The names that a value can have; the first is the default. Without ``exact`` case does not count."""

    values: list[str]
    exact: NotRequired[bool]


OptionFacts = TypedDict(
    "OptionFacts",
    {
        "changes": dict[str, _Span],
        "stable": dict[str, str],
        "locked": dict[str, str],
        "external-node-gates": list[str],
        "names": dict[str, Names],
        "cipher-suites": list[str],
        "int32": list[str],
        "items": dict[str, Shape],
        "ports": dict[str, list[str]],
        "interfaces": list[str],
    },
)


@cache
def options() -> OptionFacts:
    """The facts; not to be changed."""
    return cast("OptionFacts", facts("antrea-options"))


def version_of(text: str) -> Version:
    """The numbers of "1.13", "v1.13.1_vmware.1" and the like; UsageError where there are none."""
    found = _VERSION.match(text)
    if found is None:
        raise UsageError(
            f"{text!r} is not a version of Antrea",
            fix="write it as 1.13.1 or v1.13.1_vmware.1; the tag of the Antrea or agent image tells it",
        )
    return int(found[1]), int(found[2]), int(found[3] or "0")


def applies(change: str, version: Version) -> bool:
    """Whether ``version`` behaves as the facts say under this name."""
    span = options()["changes"][change]
    since, until = span.get("since"), span.get("until")
    return (since is None or version >= version_of(since)) and (until is None or version[:2] <= version_of(until)[:2])


def reached(since: str | None, version: Version) -> bool:
    """Whether ``version`` is ``since`` or later; never where there is none."""
    return since is not None and version >= version_of(since)
