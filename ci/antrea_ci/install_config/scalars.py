"""What Go's JSON decoder makes of a plain value: what fits which field, and what a number becomes as text."""

from __future__ import annotations

import math
import re
import struct

from antrea_ci.yaml_scalars import Scalar

WANTED = {
    "string": "a text",
    "cidr": "a text, such as 10.1.224.0/24",
    "time": "a time, such as 2024-01-31T10:00:00Z",
    "bool": "true or false, without quotes",
    "list": "a list",
    "map": "a mapping",
}
INTEGERS = {
    "int": (-(2**63), 2**63 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
}
_LARGEST_PLAIN_FLOAT = 1e21  # above it, Go writes a float with an exponent, which no integer field takes
_LARGEST_INTEGER = 2**64 - 1  # Go's YAML reader takes a longer number for a float
_EXPONENT_FROM = 6
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")


class UnfitError(ValueError):
    """The value does not fit the field; says what would."""


def fit(value: Scalar, kind: str) -> Scalar:
    """``value`` as the field ``kind`` holds it; UnfitError where the decoder refuses it."""
    if kind == "any":
        return value
    if kind == "string":
        return as_text(value)
    if kind in INTEGERS:
        return _integer(value, kind)
    if kind == "bool" and isinstance(value, bool):
        return value
    if isinstance(value, str) and (kind == "cidr" or (kind == "time" and _TIME.match(value))):
        return value
    raise UnfitError(WANTED.get(kind, "a mapping"))


def as_text(value: Scalar) -> str:
    """What a text field holds after sigs.k8s.io/yaml has turned numbers and truth values into text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        value = float(value)
    return _float_text(value) if isinstance(value, float) else str(value)


def _integer(value: Scalar, kind: str) -> int:
    low, high = INTEGERS[kind]
    if isinstance(value, float) and abs(value) < _LARGEST_PLAIN_FLOAT and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if low <= value <= high:
            return value
        raise UnfitError(f"a whole number from {low} to {high}")
    raise UnfitError("a whole number, without quotes")


def _float_text(value: float) -> str:
    """Go's ``strconv.FormatFloat(value, 'g', -1, 32)``: the shortest digits that mean the same 32-bit float."""
    single = _single(value)
    if not math.isfinite(single):
        return "NaN" if math.isnan(single) else "+Inf" if single > 0 else "-Inf"
    shortest = next(text for size in range(9) if _single(float(text := f"{single:.{size}e}")) == single)
    mantissa, _, exponent = shortest.partition("e")
    if -4 <= int(exponent) < _EXPONENT_FROM:
        decimals = len(mantissa.lstrip("-").replace(".", "")) - 1 - int(exponent)
        return f"{float(shortest):.{max(decimals, 0)}f}"
    return shortest


def _single(value: float) -> float:
    """The nearest 32-bit float."""
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    return float(rounded)
