"""The values that the installer of a version takes, from the facts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Value

_FOLDER = "install-config"
OLDEST, NEWEST = (cast("int", value_at(facts(f"{_FOLDER}/values")["versions"], (end,))) for end in ("oldest", "newest"))


def known(name: str, minor: int) -> list[str]:
    """The members of the enumeration ``name`` that OpenShift 4.``minor`` knows, in the order of the facts."""
    return [member for member, rule in mapping_at(listed(name), ()).items() if _covers(rule, minor)]


def listed(*path: str) -> Value:
    """The fact at ``path``."""
    return value_at(facts(f"{_FOLDER}/values"), path)


def texts(*path: str) -> tuple[str, ...]:
    """The strings that stand at ``path``."""
    found = listed(*path)
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def number(*path: str) -> int:
    """The whole number at ``path``."""
    return cast("int", listed(*path))


def enumeration(members: Iterable[str]) -> str:
    """``a, b or c``."""
    *first, last = members
    return f"{', '.join(first)} or {last}" if first else last


def _covers(rule: Value, minor: int) -> bool:
    bounds = mapping_at(rule, ())
    since, until = bounds.get("since", 0), bounds.get("until", 99)
    return isinstance(since, int) and isinstance(until, int) and since <= minor <= until
