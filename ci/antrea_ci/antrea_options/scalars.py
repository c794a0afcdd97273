"""What a scalar of a YAML file is for Go: gopkg.in/yaml.v2 decides by the text, and then by the type that it fills."""

from __future__ import annotations

import math
import re
from typing import TypeAlias, cast

import yaml

Scalar: TypeAlias = None | bool | int | float | str

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{f"{sign}.{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")},
}
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BITS_OF_INT = 64
_LONGEST = 100  # characters; no integer that Go can hold is longer, but for zeros in front


def resolve(node: yaml.ScalarNode) -> Scalar:
    """The value that Go sees in ``node``: quotes make a text of it, else its characters decide."""
    text = str(node.value)
    return resolve_plain(text) if is_plain(node) else text


def is_plain(node: yaml.ScalarNode) -> bool:
    """Whether the scalar stands there without quotes and is no block."""
    return cast("str | None", node.style) in (None, "")


def is_quoted(node: yaml.Node) -> bool:
    """Whether the node is a scalar in quotes."""
    return isinstance(node, yaml.ScalarNode) and cast("str | None", node.style) in ("'", '"')


def resolve_plain(text: str) -> Scalar:
    """The value of a plain word."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text.replace("_", "") if text[0] != "." else text
    number = _integer(digits) if _INTEGER.fullmatch(digits) and len(digits) <= _LONGEST else None
    if number is None and _FLOAT.fullmatch(digits):
        number = float(digits)
    return text if number is None or (isinstance(number, float) and math.isinf(number)) else number


def _integer(digits: str) -> int | None:
    """The number, if Go has an integer that can hold it."""
    sign, body = (-1, digits[1:]) if digits[0] == "-" else (1, digits.lstrip("+"))
    is_octal = len(body) > 1 and body[0] == "0" and body[1].isdigit()
    number = sign * int(body, 8 if is_octal else 0)
    return number if -(2 ** (_BITS_OF_INT - 1)) <= number < 2**_BITS_OF_INT else None


def fits_integer(value: Scalar, bits: int = _BITS_OF_INT) -> bool:
    """Whether a Go integer of so many bits takes the value; a fraction is cut off without a word."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    return -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)
