"""When two values are the same one: strictly, or written in another way."""

from __future__ import annotations

import ipaddress
import json
import re
from fractions import Fraction
from functools import lru_cache
from typing import cast

from antrea_ci.diff.structure.knowledge import is_quantity
from antrea_ci.diff.structure.place import Place
from antrea_ci.yamlio import Value

# Sign and digits, then a suffix: binary, decimal, or an exponent.
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([KMGTPE]i|[numkMGTPE]?)|[eE]([+-]?\d{1,3}))")
_SUFFIXES: dict[str, Fraction] = {
    **{name: Fraction(1000) ** power for name, power in zip("numkMGTPE", (-3, -2, -1, *range(1, 7)), strict=True)},
    **{f"{name}i": Fraction(1024) ** power for power, name in enumerate("KMGTPE", 1)},
    "": Fraction(1),
}
_IPV6 = re.compile(r"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(/\d{1,3})?")
_LONGEST = 64


def identical(before: Value, after: Value) -> bool:
    """Whether both are the same value of YAML: ``1`` is neither ``1.0`` nor ``true``; keys have no order."""
    return before is after or (before == after and _same_types(before, after))


def _same_types(before: Value, after: Value) -> bool:
    """For values that Python calls equal."""
    if isinstance(before, dict):
        others = cast("dict[str, Value]", after)
        return all(_same_types(value, others[key]) for key, value in before.items())
    if isinstance(before, list):
        return all(map(_same_types, before, cast("list[Value]", after)))
    if type(before) is not type(after):
        return False
    return not isinstance(before, float) or repr(before) == repr(after)


def identity(value: Value) -> str:
    """A text that only identical values share."""
    return json.dumps(value, sort_keys=True)


def normal(value: Value, place: Place) -> str:
    """The text of a scalar that all its spellings share."""
    if isinstance(value, bool) or value is None:
        return str(value)
    amount = _quantity(value) if is_quantity(place) else None
    if amount is not None:
        return f"quantity {amount}"
    if isinstance(value, int | float):
        return str(int(value) if _is_whole(value) else value)
    return f'"{usual_address(value)}"' if isinstance(value, str) else identity(value)


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or value.is_integer()


@lru_cache(maxsize=1024)
def _amount(text: str) -> Fraction | None:
    found = _QUANTITY.fullmatch(text)
    if not found:
        return None
    factor = Fraction(10) ** int(found[3]) if found[3] else _SUFFIXES[found[2] or ""]
    return Fraction(found[1]) * factor


def _quantity(value: Value) -> Fraction | None:
    if isinstance(value, str):
        return _amount(value) if len(value) <= _LONGEST else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Fraction(value) if isinstance(value, int) else _amount(repr(value))


def usual_address(text: str) -> str:
    """An IPv6 address or network in its usual spelling; any other text as it is. Of IPv4 there is one spelling."""
    found = _IPV6.fullmatch(text) if len(text) <= _LONGEST and ":" in text else None
    if not found:
        return text
    try:
        return f"{ipaddress.IPv6Address(found[1])}{found[2] or ''}"
    except ValueError:
        return text
