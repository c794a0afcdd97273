"""One configuration as the program of one version holds it after decoding, and how faults in it are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from antrea_ci.antrea_catalogue import Component
from antrea_ci.antrea_options.facts import Version, applies, options
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import value_at
from antrea_ci.yamlio import Document, Value

Path: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True)
class Fault:
    """One finding, and the paths in the configuration whose values cause it, the most telling one first."""

    finding: Finding
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Config:
    """``values`` maps a dotted key to what Go holds for it, where the file gives it a value of the right type.

    ``gates`` holds every gate of the version, on or off.
    """

    component: Component
    version: Version
    document: Document
    values: Mapping[str, Value]
    gates: Mapping[str, bool]

    def text(self, key: str, default: str = "") -> str:
        """A string; Go's empty one stands for the default."""
        value = self.values.get(key)
        return value if isinstance(value, str) and value else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        """A truth value."""
        value = self.values.get(key)
        return value if isinstance(value, bool) else default

    def number(self, key: str) -> int:
        """An integer; 0 where it is not given."""
        value = self.values.get(key)
        return int(value) if isinstance(value, int | float) else 0

    def items(self, key: str) -> list[Value]:
        """A list; an empty one where it is not given."""
        value = self.values.get(key)
        return value if isinstance(value, list) else []

    def texts(self, key: str) -> list[str]:
        """A list of strings."""
        return [item for item in self.items(key) if isinstance(item, str)]

    def has(self, change: str) -> bool:
        """Whether this version behaves as facts/antrea-options.yaml says under this name."""
        return applies(change, self.version)

    def mode(self, key: str) -> str:
        """The canonical name of the value at ``key``, the default if it is not given, and "" if it is no such name."""
        names = options()["names"][key]
        given = self.text(key, names["values"][0])
        exact = names.get("exact", False)
        return next((name for name in names["values"] if name == given or (not exact and _alike(name, given))), "")

    def place(self, *keys: str) -> Location:
        """Where the first of the keys stands that the file has."""
        return place_of(self.document, [_steps(key) for key in keys])


def _alike(name: str, given: str) -> bool:
    return name.lower() == given.lower()


def _steps(dotted: str) -> Path:
    return tuple(int(step) if step.isdigit() else step for step in dotted.split("."))


def place_of(document: Document, paths: list[Path]) -> Location:
    """Where the first of the paths stands that the document has a value at; else near the first one."""
    present = next((path for path in paths if value_at(document.value, path) is not None), paths[0])
    return document.locate(present)


def fault(
    config: Config, rule: str, message: str, *keys: str, fix: str = "", severity: Severity = Severity.ERROR
) -> Fault:
    """A finding of rule ``antrea/<rule>`` about these dotted keys."""
    finding = Finding(f"antrea/{rule}", message, severity, location=config.place(*keys), fix=fix)
    return Fault(finding, tuple(_steps(key) for key in keys))


def no_network(config: Config, rule: str, key: str, text: str) -> Fault:
    """A fault about a text that should be a network. A number in ``key`` is a place in a list."""
    fix = "write address and prefix, such as 10.0.0.0/8"
    return fault(config, rule, f"`{key}`: {text!r} is no network", key, fix=fix)


def unknown_name(config: Config, rule: str, key: str) -> list[Fault]:
    """A fault if the value at ``key`` is none of the names that it can have."""
    names = options()["names"][key]
    if config.mode(key):
        return []
    given, listed = config.text(key), ", ".join(names["values"])
    hint = did_you_mean(given, names["values"])
    case = "; upper and lower case count" if names.get("exact") else ""
    return [fault(config, rule, f"`{key}` does not take {given!r}{hint}", key, fix=f"write one of {listed}{case}")]
