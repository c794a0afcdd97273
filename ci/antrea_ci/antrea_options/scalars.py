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
    if _INTEGER.fullmatch(digits):
        return _integer(digits)
    return _finite(float(digits), text) if _FLOAT.fullmatch(digits) else text


def _integer(digits: str) -> Scalar:
    sign, body = (-1, digits[1:]) if digits[0] == "-" else (1, digits.lstrip("+"))
    is_octal = len(body) > 1 and body[0] == "0" and body[1].isdigit()
    number = sign * int(body, 8 if is_octal else 0)
    least, most = -(2 ** (_BITS_OF_INT - 1)), 2**_BITS_OF_INT - 1
    return number if least <= number <= most else float(number)


def _finite(number: float, text: str) -> Scalar:
    return text if math.isinf(number) else number


def fits_integer(value: Scalar, bits: int = _BITS_OF_INT) -> bool:
    """Whether a Go integer of so many bits takes the value; a fraction is cut off without a word."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    return -(2 ** (bits - 1)) <= int(value) < 2 ** (bits - 1)
