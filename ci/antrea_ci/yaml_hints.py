"""What a person most likely did where a text is not YAML."""

from __future__ import annotations

import re

_SHELL = re.compile(r"^\s*(?:#!|cat\s*(?:<<|>)|echo\s|tee\s|set -|EOF\s*$)")
_NO_BLANK = re.compile(r"^\s*(?:- )?[A-Za-z]\w*:[^\s/].*$")
_PLACEHOLDER = re.compile(r"\{\{|\{%|:\s*[@`%]")
_ODD = {
    "\u00a0": "non-breaking space",
    "\u2007": "figure space",
    "\u202f": "narrow non-breaking space",
    "\u200b": "zero-width space",
    "\u2060": "word joiner",
    "\ufeff": "byte order mark",
    "\u201c": "typographic quote",
    "\u201d": "typographic quote",
    "\u201e": "typographic quote",
    "\u2018": "typographic quote",
    "\u2019": "typographic quote",
    "\u2013": "dash that is no hyphen",
    "\u2014": "dash that is no hyphen",
}


def odd_character(text: str) -> str:
    """The name and code of the first character that word processors and web pages put in place of a plain one."""
    return next((f"{_ODD[c]} (U+{ord(c):04X})" for c in text if c in _ODD), "")


def hint(source: str, line: int) -> str:
    """What to mend near ``line`` (from 1; 0 where the place is unknown); empty if nothing is found."""
    lines = source.splitlines()
    near = lines[max(line - 2, 0) : line] if line else lines
    if any(_SHELL.match(text) for text in lines[:5] + lines[-3:]):
        return "remove the lines of the shell around the YAML (`cat <<EOF`, `EOF`)"
    if any("\t" in text[: len(text) - len(text.lstrip())] for text in near):
        return "indent with blanks; YAML takes no tabs there"
    if odd := odd_character("".join(near)):
        return f"type the line again: it holds a {odd}, copied from a document or a web page"
    if any(_NO_BLANK.match(text) for text in near):
        return "put a blank after the colon, as in `key: value`"
    if any(_PLACEHOLDER.search(text) for text in near):
        return "put the value into quotes, or replace the placeholder by its value"
    return ""
