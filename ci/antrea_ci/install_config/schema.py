"""Which keys an install-config can have at each place, in which version, and what each holds: the installer's types."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, text_at
from antrea_ci.yamlio import Value

_FILES = ("types", "platforms", "clouds")
_EARLIEST, _LATEST = 0, 99
ROOT = "InstallConfig"


@dataclass(frozen=True)
class Kind:
    """What a value must be: ``list`` or ``map``, which hold an ``item``, or the name of a scalar or a type."""

    name: str
    item: Kind | None = None


@dataclass(frozen=True)
class Key:
    """A key in the installer's own spelling. ``since`` and ``until`` are minor versions, both included.

    ``replacement`` says what to write instead, from ``deprecated_since`` on; ``example`` shows what to write.
    """

    name: str
    kind: Kind
    since: int = _EARLIEST
    until: int = _LATEST
    replacement: str = ""
    deprecated_since: int = _LATEST
    example: str = ""

    def known_in(self, minor: int) -> bool:
        """Whether the installer of this version has it."""
        return self.since <= minor <= self.until


@cache
def types() -> dict[str, dict[str, Key]]:
    """Every type, with its keys by name."""
    found: dict[str, dict[str, Key]] = {}
    for file in _FILES:
        for name, keys in mapping_at(facts(f"install-config/{file}"), ("types",)).items():
            found[name] = {key: _key(key, value) for key, value in mapping_at(keys, ()).items()}
    return found


@cache
def places() -> dict[str, tuple[str, ...]]:
    """From a key's lower-case name to the paths at which the installer knows it, but not below old names."""
    found: dict[str, list[str]] = {}
    _collect(ROOT, "", found)
    return {name: tuple(paths) for name, paths in found.items()}


def _collect(type_name: str, prefix: str, found: dict[str, list[str]]) -> None:
    for key in types()[type_name].values():
        path = f"{prefix}{key.name}"
        found.setdefault(key.name.lower(), []).append(path)
        kind = key.kind
        while kind.name in ("list", "map") and kind.item:
            path += "[]" if kind.name == "list" else ".*"
            kind = kind.item
        if kind.name in types() and not key.replacement:
            _collect(kind.name, f"{path}.", found)


def _key(name: str, value: Value) -> Key:
    if isinstance(value, str):
        return Key(name, _kind(value))
    deprecated = mapping_at(value, ("deprecated",))
    return Key(
        name,
        _kind(text_at(value, ("is",))),
        _number(value, "since", _EARLIEST),
        _number(value, "until", _LATEST),
        text_at(deprecated, ("use",)),
        _number(deprecated, "since", _LATEST),
        text_at(value, ("example",)),
    )


def _kind(text: str) -> Kind:
    for word in ("list", "map"):
        if text.startswith(f"{word} of "):
            return Kind(word, _kind(text.removeprefix(f"{word} of ")))
    return Kind(text)


def _number(value: Value, key: str, default: int) -> int:
    return cast("int", mapping_at(value, ()).get(key, default))
