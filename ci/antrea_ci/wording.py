"""Small forms of output that several places share."""

from __future__ import annotations

import json
import re

_UNITS = ("B", "KiB", "MiB", "GiB")
_SURROGATE = re.compile("[\ud800-\udfff]")


def as_json(value: object) -> str:
    """``value`` as indented JSON, which is UTF-8: a byte of a file's name that is none becomes text, as ``\\udce9``."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if text.isascii() else _SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text)


def count(number: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def size(number: float) -> str:
    """A number of bytes, such as ``1.9 MiB``."""
    for unit in _UNITS[:-1]:
        if number < 1024:
            return f"{number:.3g} {unit}"
        number /= 1024
    return f"{number:.3g} {_UNITS[-1]}"
