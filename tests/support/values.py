"""Values of YAML as property tests need them, and ways to change one value of them.

A ``Text`` stands for a string that holds a value; ``written`` makes plain values of what the strategies give.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml
from hypothesis import strategies as st

ORDERED = ("args", "serviceNetwork")
WORDS = st.text("abcdefgh", min_size=1, max_size=4)
KEYS = WORDS | st.sampled_from([*ORDERED, "containers", "limits", "rules", "a.b/c"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | WORDS
    | st.sampled_from(["", "1", "true", "1Gi", "1024Mi", "fd00::1", "fd00:0::1", "# no comment", "a\nb\n", "x: y # z"])
    | st.text(max_size=8)
)


@dataclass(frozen=True)
class Text:
    """A string that holds ``value`` as JSON or YAML, under a comment where it can."""

    value: Any
    form: str
    comment: str = ""

    @property
    def written(self) -> str:
        value = written(self.value)
        if self.form == "json":
            return json.dumps(value)
        head = f"# {self.comment}\n" if self.comment else ""
        return head + yaml.dump(value, Dumper=_Dumper, sort_keys=False)


class _Dumper(yaml.SafeDumper):
    """Puts every string in quotes, so that each reader takes it for one, and writes no alias."""

    ignore_aliases = staticmethod(lambda _: True)


_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def _collections(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.lists(st.fixed_dictionaries({"name": WORDS, "value": values}), max_size=3)
    texts = st.builds(Text, st.dictionaries(KEYS, values, min_size=2, max_size=4), st.sampled_from(["json", "yaml"]))
    return st.lists(values, max_size=4) | st.dictionaries(KEYS, values, max_size=4) | named | texts


VALUES = st.recursive(SCALARS, _collections, max_leaves=16)


def written(value: Any) -> Any:
    if isinstance(value, Text):
        return value.written
    if isinstance(value, dict):
        return {key: written(one) for key, one in value.items()}
    return [written(one) for one in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Mutation:
    """One seeded change: the place, by keys, positions and ``None`` for a step into a text, and the result."""

    path: tuple[str | int | None, ...]
    result: Any


def mutations(value: Any, rng: random.Random) -> Iterator[Mutation]:
    """Every change of one place: another scalar, one key or item more, one less; also inside of texts."""
    for path, one in _places(value, ()):
        yield Mutation(path, _replaced(value, path, _changed(one, rng)))
        if isinstance(one, dict):
            yield Mutation(path, _replaced(value, path, {**one, "added": rng.random()}))
        if isinstance(one, list):
            yield Mutation(path, _replaced(value, path, [*one, f"added {rng.random()}"]))
        if isinstance(one, dict | list) and one:
            yield Mutation(path, _replaced(value, path, _without_one(one, rng)))


def steps(value: Any) -> list[tuple[Any, Any]]:
    """What is one step below a value."""
    if isinstance(value, Text):
        return [(None, value.value)]
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _places(value: Any, path: tuple[str | int | None, ...]) -> Iterator[tuple[tuple[str | int | None, ...], Any]]:
    yield path, value
    for key, below in steps(value):
        yield from _places(below, (*path, key))


def _replaced(value: Any, path: tuple[str | int | None, ...], new: Any) -> Any:
    if not path:
        return new
    head, *rest = path
    below = _replaced(dict(steps(value))[head], tuple(rest), new)
    if isinstance(value, Text):
        return replace(value, value=below)
    if isinstance(value, dict):
        return {**value, head: below}
    return [below if index == head else one for index, one in enumerate(value)]


def _changed(value: Any, rng: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else f"changed {rng.random()}"


def _without_one(value: Any, rng: random.Random) -> Any:
    gone = rng.choice(steps(value))[0]
    rest = [(key, one) for key, one in steps(value) if key != gone]
    return dict(rest) if isinstance(value, dict) else [one for _, one in rest]


def shuffled(value: Any, rng: random.Random) -> Any:
    """The same with keys, and lists that no fact calls ordered, in another order, and with other comments in YAML."""
    if isinstance(value, Text):
        return replace(value, value=shuffled(value.value, rng), comment=str(rng.random()))
    if isinstance(value, dict):
        items = [(key, one if key in ORDERED else shuffled(one, rng)) for key, one in value.items()]
        return dict(rng.sample(items, len(items)))
    return rng.sample([shuffled(one, rng) for one in value], len(value)) if isinstance(value, list) else value
