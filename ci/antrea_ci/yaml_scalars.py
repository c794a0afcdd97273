"""Which plain words of a YAML file are numbers, truth values or null, as Kubernetes' readers see them.

That is YAML 1.1 (sigs.k8s.io/yaml) without dates and without base-60 numbers, which would spoil versions and MAC
addresses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias, cast

import yaml

Scalar: TypeAlias = None | bool | int | float | str

_TAG = "tag:yaml.org,2002:"
MERGE = _TAG + "merge"


# Python writes no number of more than 4300 decimal digits, which this many hexadecimal ones are not.
_MOST_DIGITS = 3500


class KubernetesLoader(yaml.CSafeLoader):
    """libyaml's parser, which composes nodes with their places."""


def _integer(text: str) -> int | str:
    digits = text.replace("_", "").lower()
    if len(digits) > _MOST_DIGITS:
        return text
    sign, body = (-1, digits[1:]) if digits[0] == "-" else (1, digits.lstrip("+"))
    octal = len(body) > 1 and body[0] == "0" and body[1].isdigit()
    try:
        return sign * int(body, 8 if octal else 0)
    except ValueError:  # no digit at all, such as 0x_
        return text


def _float(text: str) -> float:
    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


_FLOATS = (
    r"^[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$",
    r"^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$",
    r"^[-+]?0[0-9_]*[89][0-9_]*$",  # no octal number, so Go takes it for a decimal one
    r"^[-+]?\.(?:inf|Inf|INF)$",
    r"^\.(?:nan|NaN|NAN)$",
)
# Tag: the pattern of a plain word, the characters that it can start with, and what turns its text into a value.
_RULES: dict[str, tuple[str, str, Callable[[str], Scalar]]] = {
    "bool": (
        r"^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$",
        "yYnNtTfFoO",
        lambda text: text.lower() in ("y", "yes", "true", "on"),
    ),
    "int": (
        r"^(?:[-+]?0b[01_]+|[-+]?0o?[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+)$",
        "-+0123456789",
        _integer,
    ),
    "float": ("|".join(_FLOATS), "-+0123456789.", _float),
    "null": (r"^(?:~|null|Null|NULL|)$", "~nN", lambda _: None),
}

SCALARS: dict[str, Callable[[str], Scalar]] = {
    _TAG + "str": lambda text: text,
    **{_TAG + name: convert for name, (_, _, convert) in _RULES.items()},
}
"""From a scalar's tag to what turns its text into a value."""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """PyYAML's own table: the first character of a plain word (none for an empty one) to tags and patterns."""
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {"<": [(MERGE, re.compile(r"^<<$"))]}
    for name, (pattern, first, _) in _RULES.items():
        for character in [*first, *([""] if name == "null" else [])]:
            table.setdefault(character, []).append((_TAG + name, re.compile(pattern)))
    return table


KubernetesLoader.yaml_implicit_resolvers = _resolvers()


class _Events(Protocol):
    """libyaml's event parser, which PyYAML's type stubs leave out."""

    def check_event(self) -> bool: ...

    def get_event(self) -> yaml.Event: ...


def nesting(text: str) -> Iterator[tuple[int, int, int]]:
    """Depth, line and column (both from 0) at each opening and closing of a collection, without recursion."""
    depth = 0
    loader = cast("_Events", KubernetesLoader(text))
    while loader.check_event():
        event = loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent | yaml.CollectionEndEvent):
            depth += 1 if isinstance(event, yaml.CollectionStartEvent) else -1
            yield depth, event.start_mark.line, event.start_mark.column
