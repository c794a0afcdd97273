"""Reads a scalar of a YAML file once more and says which character of its value came from where.

By the rules of YAML 1.1, chapters 5 to 9, as libyaml follows them: line folding, escapes, indentation and chomping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias, cast

import yaml

Origin: TypeAlias = "tuple[str, int]"
"""One character of the value, and the index in the scalar's own text that it comes from."""

BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
"""A line break, as libyaml counts lines."""
_KEPT_BREAKS = ("\u2028", "\u2029")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_HEADER = re.compile(r"[|>][^\n\r\x85\u2028\u2029]*")
_BLANKS = re.compile(r"[ \t\r\n\x85\u2028\u2029]*")
_ESCAPED = dict(zip("0abt\tnvfre \"'\\/N_LP", "\0\a\b\t\t\n\v\f\r\x1b \"'\\/\x85\xa0\u2028\u2029", strict=True))


def origins_of(node: yaml.ScalarNode, source: str) -> tuple[int, ...]:
    """For each character of the node's value the index in ``source``; empty where that cannot be told."""
    value, start = str(node.value), node.start_mark.index
    style = cast("str | None", node.style)
    read = _block if style in ("|", ">") else _flow
    for origins in read(source[start : node.end_mark.index]):
        kept = origins[: len(value)]
        if "".join(character for character, _ in kept) == value:
            return tuple(start + index for _, index in kept)
    return ()


def _block(raw: str) -> Iterator[list[Origin]]:
    """A literal or folded block under each indentation that it can have; the value tells which one it was."""
    header = _HEADER.match(raw)
    assert header is not None, "a block scalar starts with its indicator"
    first = BREAK.match(raw, header.end())
    if first is None:
        yield []
        return
    lines = list(_lines(raw, first.end()))
    indents = [len(line) - len(line.lstrip(" ")) for _, line, _ in lines if line.strip(" ")]
    blank = max((len(line) for _, line, _ in lines), default=0)
    for indent in range(min(indents, default=blank), -1, -1):
        yield list(_folded(lines, indent) if raw[0] == ">" else _literal(lines, indent))


def _lines(raw: str, position: int) -> Iterator[tuple[int, str, str]]:
    """Index, text and break (normalised, empty at the end) of each line."""
    while position < len(raw):
        found = BREAK.search(raw, position)
        end = found.start() if found else len(raw)
        yield position, raw[position:end], _normal(found[0]) if found else ""
        position = found.end() if found else len(raw)


def _normal(line_break: str) -> str:
    return line_break if line_break in _KEPT_BREAKS else "\n"


def _literal(lines: list[tuple[int, str, str]], indent: int) -> Iterator[Origin]:
    for start, line, line_break in lines:
        yield from ((character, start + column) for column, character in enumerate(line) if column >= indent)
        yield from ((character, start + len(line)) for character in line_break)


def _folded(lines: list[tuple[int, str, str]], indent: int) -> Iterator[Origin]:
    """Single breaks between lines that start at the indentation become blanks."""
    pending: list[Origin] = []  # the break after the last line with content
    empty: list[Origin] = []  # the breaks of the empty lines after it
    was_further = False
    for start, line, line_break in lines:
        content, ending = line[indent:], [(character, start + len(line)) for character in line_break]
        if not content:
            empty += ending
            continue
        is_further = content[0] in " \t"
        if pending and pending[0][0] == "\n" and not was_further and not is_further:
            pending = [] if empty else [(" ", pending[0][1])]
        yield from [*pending, *empty]
        yield from ((character, start + column) for column, character in enumerate(line) if column >= indent)
        pending, empty, was_further = ending, [], is_further
    yield from [*pending, *empty]


def _flow(raw: str) -> Iterator[list[Origin]]:
    """A plain or quoted scalar: breaks fold, and blanks around them vanish."""
    quote = raw[:1] if raw[:1] in ("'", '"') else ""
    yield list(_unfolded(raw, quote))


def _unfolded(raw: str, quote: str) -> Iterator[Origin]:
    position = len(quote)
    end = len(raw) - len(quote)
    while position < end:
        blanks = _BLANKS.match(raw, position)
        if blanks and blanks[0]:
            position = min(blanks.end(), end)
            yield from _blanks(raw, blanks.start(), position)
        elif quote == '"' and raw[position] == "\\":
            position, origins = _escape(raw, position)
            yield from origins
        else:
            yield raw[position], position
            position += 2 if quote == "'" and raw[position] == "'" else 1


def _blanks(raw: str, start: int, end: int) -> Iterator[Origin]:
    """Blanks within a line stay; around breaks they go, one break becomes a blank, and of several the first goes."""
    breaks = [(_normal(found[0]), found.start()) for found in BREAK.finditer(raw, start, end)]
    if not breaks:
        yield from ((raw[index], index) for index in range(start, end))
    elif breaks[0][0] != "\n":
        yield from breaks
    else:
        yield from breaks[1:] or [(" ", breaks[0][1])]


def _escape(raw: str, position: int) -> tuple[int, list[Origin]]:
    """Where reading goes on after an escape, and what it stands for; an escaped break takes the blanks after it."""
    found = _ESCAPE.match(raw, position)
    assert found is not None, "a backslash in double quotes is followed by something"
    line_break = BREAK.match(raw, position + 1)
    if line_break:
        blanks = _BLANKS.match(raw, line_break.end())
        end = blanks.end() if blanks else line_break.end()
        return end, [(_normal(more[0]), more.start()) for more in BREAK.finditer(raw, line_break.end(), end)]
    code = found[1] or found[2] or found[3]
    return found.end(), [(chr(int(code, 16)) if code else _ESCAPED[found[4]], position)]
