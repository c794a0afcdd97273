"""How values are shown to people: one line each, or the lines of two texts beside each other."""

from __future__ import annotations

import difflib
import json
import re

from antrea_ci.diff.model import ABSENT, Side
from antrea_ci.diff.structure.forms import read_pem
from antrea_ci.diff.visible import visible
from antrea_ci.yamlio import Value

_CONTEXT = 3
# What a reader could take for something else than a string: a number, a truth value, a list, a marker of YAML.
_PLAIN = re.compile(r"[\w/.:@%+-](?:.*\S)?", re.DOTALL)
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "absent"})
_NUMBER = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*(?:e[-+]?[0-9]+)?|\.[0-9_]+|0[xob][0-9a-f_]+|\.(?:inf|nan))", re.I)
_NO_LINE_BREAK = "\\ no line break at the end"


def shown(value: Side, *, limit: int = 120) -> str:
    """``value`` in one line of at most ``limit`` characters, and how long it is where that cut it.

    Strings stand without quotes where nobody can take them for something else; characters that cannot be seen, or that
    turn the direction of writing, are escaped. Certificates are told by subject and end. ``absent`` is no value at all.
    """
    if value is ABSENT:
        return "absent"
    text = _text(value) if isinstance(value, str) else visible(_compact(value))
    if len(text) <= limit:
        return text
    tail = f"… ({len(text):,} characters)"
    return text[: max(limit - len(tail), 1)] + tail


def lines(before: str, after: str) -> list[str]:
    """The lines that differ, as a unified diff with three lines of context and no names of files."""
    left, right = before.split("\n"), after.split("\n")
    diff = difflib.unified_diff(_closed(left), _closed(right), n=_CONTEXT, lineterm="")
    return [visible(line) for line in list(diff)[2:]]


def _closed(parts: list[str]) -> list[str]:
    return parts[:-1] if parts[-1] == "" else [*parts, _NO_LINE_BREAK]


def _text(text: str) -> str:
    pem = read_pem(text)
    if pem and isinstance(pem.value, list):
        return "; ".join(map(_block, pem.value))
    is_plain = _PLAIN.fullmatch(text) and not _NUMBER.fullmatch(text) and text.lower() not in _WORDS
    return text if is_plain and text.isprintable() else visible(_compact(text))


def _block(block: Value) -> str:
    assert isinstance(block, dict)
    if "subject" in block:
        return visible(f"certificate {block['subject']}, expires {block['expires']}")
    return visible(str(block["label"]).lower())


def _compact(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)
