"""When a line of a log was written, as it says itself."""

from __future__ import annotations

import re

_FORMS = (
    re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"),
    re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"),
    re.compile(r"date=(\d{4}-\d\d-\d\d)[\", ]+time=(\d\d:\d\d:\d\d)"),
    re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d"),
    re.compile(r"\[ *\d+\.\d{6}\]"),
)


def shown(line: bytes) -> str:
    """A line for people: what is no text, or would change a terminal, as ``\\x1b``."""
    text = line.decode("utf-8", "backslashreplace").strip()
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def when(line: bytes) -> str:
    """The time that a line has, in its own form; empty where it has none."""
    text = shown(line)
    for form in _FORMS:
        if found := form.search(text):
            return " ".join(found.groups()) or found[0]
    return ""
