"""Text of anybody's, made safe to show: nothing in it is acted on by a terminal, by Markdown or by HTML."""

from __future__ import annotations

import re
import unicodedata

# Control characters, and format characters such as those that turn the direction of reading (CVE-2021-42574).
_KEPT = frozenset("\n\t")
_TICKS = re.compile("`+")


def visible(text: str) -> str:
    """``text`` with every character that cannot be seen, but for line breaks and tabs, as ``\\u`` and its number."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if _is_visible(char) else _escaped(char) for char in text)


def fenced(text: str, language: str = "") -> str:
    """A fenced block that holds exactly ``text``, whatever fences are in it."""
    text = visible(text)
    longest = max((len(found.group()) for found in _TICKS.finditer(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def coded(text: str) -> str:
    """``text`` on one line as HTML's ``code``, of which nothing is a mention, a link or a tag."""
    line = " ".join(visible(text).split())
    # Markdown still looks for its own marks, mentions and addresses in here; as entities they are plain characters.
    return f"<code>{''.join(char if char.isalnum() or char in ' -' else f'&#{ord(char)};' for char in line)}</code>"


def _is_visible(char: str) -> bool:
    return char in _KEPT or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
