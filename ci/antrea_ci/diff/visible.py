"""Text of anybody's, made safe to show: nothing in it is acted on by a terminal, by Markdown or by HTML."""

from __future__ import annotations

import re

_NO_MARKS = frozenset(" -/.,=()")
_TICKS = re.compile("`+")
# Readers of Markdown count up to 255 backticks of a fence (cmark src/blocks.c); a longer run would end any block.
_LONGEST_RUN = 100


def visible(text: str) -> str:
    """``text`` with every character that cannot be seen, but for line breaks and tabs, as ``\\u`` and its number."""
    return "\n".join(line if line.isprintable() else _visible_line(line) for line in text.split("\n"))


def visible_line(text: str) -> str:
    """The same on one line: with line breaks as ``\\n``, so that nothing can look like a line of its own."""
    return visible(text).replace("\n", "\\n")


def on_one_line(text: str, longest: int = 200) -> str:
    """``text`` for a line of a log: visible, with line breaks as ``\\n``, and cut."""
    shown = visible_line(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


def _visible_line(line: str) -> str:
    # Not printable are control characters, format characters such as those that turn the direction of reading
    # (CVE-2021-42574), every blank but the usual one, and what is no character.
    return "".join(char if char.isprintable() or char == "\t" else _escaped(char) for char in line)


def fenced(text: str, language: str = "") -> str:
    """A fenced block that holds ``text``, whatever fences are in it; absurdly long runs of backticks are counted."""
    text = _TICKS.sub(_shortened, visible(text))
    longest = max((len(found.group()) for found in _TICKS.finditer(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def coded(text: str) -> str:
    """``text`` on one line as HTML's ``code``, of which nothing is a mention, a link or a tag."""
    line = " ".join(visible(text).split())
    # Markdown still looks for its own marks, mentions and addresses in here; as entities they are plain characters.
    marked = "".join(char if char.isalnum() or char in _NO_MARKS else f"&#{ord(char)};" for char in line)
    return f"<code>{marked.replace('www.', 'www&#46;')}</code>"


def _shortened(found: re.Match[str]) -> str:
    run = found.group()
    return run if len(run) <= _LONGEST_RUN else f"`… ({len(run)} backticks)"


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
