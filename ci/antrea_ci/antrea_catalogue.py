"""Which keys and feature gates each minor version of Antrea knows; facts/antrea-config.yaml names the sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NotRequired, TypeAlias, TypedDict, cast

Component: TypeAlias = Literal["agent", "controller"]
_Minor: TypeAlias = tuple[int, int]

_FACTS = Path(__file__).with_name("facts") / "antrea-config.yaml"
_VERSION = re.compile(r"\s*v?(\d+)\.(\d+)")


class _Key(TypedDict):
    type: str
    since: NotRequired[str]
    until: NotRequired[str]


class _Gate(TypedDict):
    agent: NotRequired[str]
    controller: NotRequired[str]
    enabled: NotRequired[str]
    until: NotRequired[str]


class _Facts(TypedDict):
    versions: list[str]
    agent: dict[str, _Key]
    controller: dict[str, _Key]
    vendor: dict[str, dict[str, _Key]]
    gates: dict[str, _Gate]


@dataclass(frozen=True)
class Catalogue:
    """One minor version's configuration.

    ``version`` is the minor that was looked up ("1.13"). ``exact`` is False when the facts do not cover the minor that
    was asked for and the nearest older one (or the oldest) stands in. ``agent`` and ``controller`` map a dotted key to
    its type: string, bool, int, number, strings, list, map or gates; a mapping is named by its leaves. The gates of a
    program are those that have an effect there, with their defaults; both programs start with any gate of either.
    """

    version: str
    exact: bool
    agent: Mapping[str, str]
    controller: Mapping[str, str]
    agent_gates: Mapping[str, bool]
    controller_gates: Mapping[str, bool]


def catalogue(version: str) -> Catalogue:
    """Look up a version or an image tag: "1.13.1", "v1.13.1_vmware.1", "2.3.0".

    A vendor's build ("vmware" in the text) has the vendor's own keys too. Raises ValueError when the text does not
    start with a version.
    """
    asked = _minor(version)
    known = [_minor(text) for text in _facts()["versions"]]
    found = max((minor for minor in known if minor <= asked), default=known[0])
    return _catalogue(found, exact=found == asked, vendor="vmware" in version)


def every_gate() -> frozenset[str]:
    """Every gate of any covered version and either program."""
    return frozenset(_facts()["gates"])


def gate_span(name: str) -> str:
    """In which versions there is a gate of ``every_gate``, in words."""
    gate = _facts()["gates"][name]
    return _span_in_words(min(filter(None, (gate.get("agent"), gate.get("controller"))), key=_minor), gate.get("until"))


def key_span(component: Component, name: str) -> str:
    """In which versions there is a dotted key, or a mapping of that name, in words; empty if no version has it."""
    facts, vendor = _facts()[component], _facts()["vendor"].get(component, {})
    if name in vendor:
        return "only the vendor's builds have it"
    found = [key for dotted, key in facts.items() if dotted == name or dotted.startswith(f"{name}.")]
    if not found:
        return ""
    since = min((key.get("since", "0.0") for key in found), key=_minor)
    until = max((key.get("until", "99.0") for key in found), key=_minor)
    return _span_in_words(since if since != "0.0" else None, until if until != "99.0" else None)


def every_key(component: Component) -> frozenset[str]:
    """Every dotted key of any covered version, the vendor's own included."""
    return frozenset(_facts()[component]) | frozenset(_facts()["vendor"].get(component, {}))


@cache
def _facts() -> _Facts:
    import yaml  # not at the top: most commands never need the catalogue

    return cast("_Facts", yaml.load(_FACTS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


@cache
def _catalogue(minor: _Minor, *, exact: bool, vendor: bool) -> Catalogue:
    return Catalogue(
        version=f"{minor[0]}.{minor[1]}",
        exact=exact,
        agent=_keys("agent", minor, vendor=vendor),
        controller=_keys("controller", minor, vendor=vendor),
        agent_gates=_gates("agent", minor),
        controller_gates=_gates("controller", minor),
    )


def _keys(component: Component, minor: _Minor, *, vendor: bool) -> Mapping[str, str]:
    facts = dict(_facts()[component])
    if vendor:
        facts |= _facts()["vendor"].get(component, {})
    return MappingProxyType(
        {
            name: key["type"]
            for name, key in facts.items()
            if _reached(key.get("since", "0.0"), minor) and not _passed(key.get("until"), minor)
        }
    )


def _gates(component: Component, minor: _Minor) -> Mapping[str, bool]:
    return MappingProxyType(
        {
            name: _reached(gate.get("enabled"), minor)
            for name, gate in _facts()["gates"].items()
            if _reached(gate.get(component), minor) and not _passed(gate.get("until"), minor)
        }
    )


def _span_in_words(since: str | None, until: str | None) -> str:
    parts = [f"it came with {since}"] if since else []
    parts += [f"{until} is the last that has it"] if until else []
    return " and ".join(parts) or "it is older than every covered version"


def _reached(since: str | None, minor: _Minor) -> bool:
    return since is not None and minor >= _minor(since)


def _passed(until: str | None, minor: _Minor) -> bool:
    return until is not None and minor > _minor(until)


def _minor(version: str) -> _Minor:
    match = _VERSION.match(version)
    if match is None:
        raise ValueError(f"{version!r} is not a version of Antrea, such as 1.13.1 or v1.13.1_vmware.1")
    return int(match[1]), int(match[2])
