"""Small forms of output that several places share."""

from __future__ import annotations

import json
import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def as_json(value: object) -> str:
    """``value`` as indented JSON, which is UTF-8: a byte of a file's name that is none becomes text, as ``\\udce9``."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if text.isascii() else _SURROGATE.sub(lambda found: f"\\\\u{ord(found[0]):04x}", text)


def count(number: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {what}{'' if number == 1 else 's'}"
