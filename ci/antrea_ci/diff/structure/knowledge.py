"""What ``facts/diff.yaml`` says about a place: natural keys, lists whose order means something, quantities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from antrea_ci.diff.structure.place import Place
from antrea_ci.facts import facts
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class Keys:
    """Alternatives of keys that tell the items of a list apart, and the values of keys that are left out."""

    by: tuple[tuple[str, ...], ...]
    default: dict[str, Value]


@dataclass(frozen=True)
class _Row:
    kinds: tuple[str, ...]
    keys: Keys
    containing: str

    def holds(self, place: Place) -> bool:
        return not self.kinds or any(fnmatchcase(kind, one) for kind in place.kinds for one in self.kinds)


_BY_NAME = Keys((("name",),), {})
_BY_CONTENT = Keys((), {})


def kinds_of(kind: str, values: Iterable[Value]) -> tuple[str, ...]:
    """The names under which facts know an object of ``kind``, or a file with that path."""
    groups = {text_at(value, ("apiVersion",)).rpartition("/")[0] for value in values}
    return (kind, kind.rpartition("/")[2], *sorted(f"{kind}.{group}" for group in groups if group))


def keys_of(place: Place) -> Keys:
    """What tells the items of the list at ``place`` apart; ``name`` where nothing is known."""
    known = next((row.keys for row in _rows("keys").get(place.key, ()) if row.holds(place)), None)
    return known or (_BY_CONTENT if place.key in texts_at(facts("diff"), ("content",)) else _BY_NAME)


def is_ordered(place: Place, before: Value, after: Value) -> bool:
    """Whether the order of the list at ``place`` is a part of what it says."""
    rows = (row for row in _rows("ordered").get(place.key, ()) if row.holds(place))
    return any(not row.containing or _contains((before, after), row.containing) for row in rows)


def is_quantity(place: Place) -> bool:
    """Whether the value at ``place`` is a quantity of Kubernetes."""
    below, fields = _quantities()
    return place.key in fields or place.parent in below


def holds_yaml(place: Place) -> bool:
    """Whether the text at ``place`` is YAML even if it holds nothing but comments."""
    return place.key in texts_at(facts("diff"), ("yaml_fields",)) or place.key.endswith(
        tuple(texts_at(facts("diff"), ("yaml_endings",)))
    )


@cache
def secret_fields() -> frozenset[str]:
    """Fields whose value is a secret whatever it looks like."""
    return frozenset(texts_at(facts("diff"), ("secret_fields",)))


@cache
def names_of_objects() -> frozenset[str]:
    """Ends of the names of fields whose value is a secret, or the name of an object or a key that holds one."""
    return frozenset(texts_at(facts("diff"), ("names_of_objects",)))


@cache
def stand_in() -> re.Pattern[str]:
    """What stands in the place of a secret and is none."""
    return re.compile(text_at(facts("diff"), ("stand_in",)))


@cache
def _quantities() -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(texts_at(facts("diff"), ("quantities", "below"))),
        frozenset(texts_at(facts("diff"), ("quantities", "fields"))),
    )


@cache
def _rows(table: str) -> dict[str, list[_Row]]:
    """The rows of a table by the lists that they are about."""
    rows: dict[str, list[_Row]] = {}
    for entry in items_at(facts("diff"), (table,)):
        row = _Row(
            tuple(texts_at(entry, ("kinds",))),
            Keys(tuple(_alternatives(entry)), mapping_at(entry, ("default",))),
            text_at(entry, ("containing",)),
        )
        for name in texts_at(entry, ("lists",)):
            rows.setdefault(name, []).append(row)
    return rows


def _alternatives(entry: Value) -> Iterator[tuple[str, ...]]:
    for keys in items_at(entry, ("by",)):
        assert isinstance(keys, list)
        yield tuple(map(str, keys))


def _contains(value: Value | tuple[Value, ...], text: str) -> bool:
    if isinstance(value, str):
        return text in value
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return any(_contains(one, text) for one in below)
