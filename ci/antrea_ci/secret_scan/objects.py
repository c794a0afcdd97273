"""Values of Kubernetes Secrets that are not encrypted, found by lines so that texts within texts are searched too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from antrea_ci.secret_scan import judge, known
from antrea_ci.secret_scan.hit import Hit
from antrea_ci.secret_scan.layers import Layer

_KIND = rb"(?m)^([ \t]*(?:- )?)kind:[ \t]*[\"']?Secret[\"']?[ \t]*(?:#.*)?\r?$"
_FLOW = rb"[\"']?(?:data|stringData)[\"']?\s*:\s*\{([^{}]*)\}"
_PAIR = rb"[\"']?([\w.-]+)[\"']?\s*:\s*(?:\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'|([^\s,}\"']+))"
_LINE = rb"([ \t]*)(?:\"([^\"]+)\"|'([^']+)'|([^\s:#\"'][^:\n]*?)):(?:[ \t]+(.*?))?[ \t]*\r?$"
_ENCODED = rb"[A-Za-z0-9+/=_\s-]+"
# In a Secret less is needed to call a value one.
_SHORTEST = 9
_SECTIONS = ("data", "stringData")


class _Entry(NamedTuple):
    section: str
    key: str
    value: str
    offset: int


def find(layer: Layer) -> Iterator[Hit]:
    """Every value of a Secret in ``layer`` that is not empty, a placeholder, public or encrypted."""
    if not layer.names_a_secret:
        return
    for entry in (*_in_blocks(layer.data), *_in_flow(layer.data)):
        if _is_secret(entry):
            yield Hit(entry.offset, "secret-data", f"`{entry.section}.{entry.key}` of a Secret is not encrypted")


def _is_secret(entry: _Entry) -> bool:
    plain = judge.decoded(entry.value) if entry.section == "data" else entry.value.encode()
    if judge.is_encrypted(entry.value) or judge.is_placeholder(entry.value) or plain is None:
        return False
    try:
        text = plain.decode("utf-8").strip()
    except UnicodeDecodeError:
        return not plain.startswith(b"age-encryption.org/v1")
    if judge.is_encrypted(text) or judge.is_placeholder(text) or "-----BEGIN CERTIFICATE-----" in text[:200]:
        return False
    if known.pattern("public_keys").search(entry.key):
        return judge.is_random(text)
    return bool(known.pattern("secret_keys").search(entry.key)) or judge.is_random(text, shortest=_SHORTEST)


def _in_blocks(data: bytes) -> Iterator[_Entry]:
    """The entries of every Secret that is written in lines, whatever surrounds it."""
    for found in re.finditer(_KIND, data):
        indent = len(found[1])
        for section, start, end in _sections(data, found.start(), indent):
            yield from _entries(data, section, start, end)


def _sections(data: bytes, kind: int, indent: int) -> Iterator[tuple[str, int, int]]:
    """Name, beginning and end of `data` and `stringData` of the mapping in which ``kind`` stands at ``indent``."""
    begin, end = _bounds(data, kind, indent)
    for section in _SECTIONS:
        head = re.compile(rb"^[ \t-]{%d}[\"']?%s[\"']?:[ \t]*(?:#.*)?\r?\n" % (indent, section.encode()), re.MULTILINE)
        found = head.search(data, begin, end)
        if found:
            yield section, found.end(), _end_of(data, found.end(), end, indent)


def _bounds(data: bytes, kind: int, indent: int) -> tuple[int, int]:
    """The lines around ``kind`` that belong to the same mapping: up to a separator or a line further left."""
    fence = re.compile(rb"\x00|^(?:[ \t]*---.*|[ \t]{0,%d}[^\s#].*)$" % max(indent - 1, 0), re.MULTILINE)
    separator = re.compile(rb"\x00|^[ \t]*---", re.MULTILINE)
    used = fence if indent else separator
    before = [found.end() for found in used.finditer(data, 0, kind)]
    after = used.search(data, kind + 1)
    return before[-1] if before else 0, after.start() if after else len(data)


def _end_of(data: bytes, start: int, end: int, indent: int) -> int:
    further_left = re.compile(rb"^[ \t]{0,%d}[^\s#]" % indent, re.MULTILINE)
    found = further_left.search(data, start, end)
    return found.start() if found else end


def _entries(data: bytes, section: str, start: int, end: int) -> Iterator[_Entry]:
    """The pairs of a section, each with the lines below it that stand further right."""
    depth: int | None = None
    key, value, place = "", b"", 0
    offset = start
    for line in data[start:end].splitlines(keepends=True):
        found = re.match(_LINE, line.rstrip(b"\n"))
        indent = len(line) - len(line.lstrip(b" \t"))
        if found and not line.strip().startswith(b"#") and (depth is None or indent <= depth):
            if key:
                yield _Entry(section, key, _clean(value, section), place)
            depth = indent
            key = (found[2] or found[3] or found[4]).decode("utf-8", "replace")
            value, place = found[5] or b"", offset + _start_of_value(found)
        else:
            value += b"\n" + line.strip()
        offset += len(line)
    if key:
        yield _Entry(section, key, _clean(value, section), place)


def _start_of_value(found: re.Match[bytes]) -> int:
    return found.start(5) + int(found[5][:1] in (b'"', b"'")) if found[5] else 0


def _clean(value: bytes, section: str) -> str:
    text = re.sub(rb"^(?:[|>][0-9+-]{0,2}|[&!]\S+)[ \t]*(?:#[^\n]*)?(?:\n|$)", b"", value).strip()
    text = re.sub(rb"[ \t]#.*", b"", text).strip(b"\"'")
    encoded = re.match(_ENCODED, text) if section == "data" else None
    return (encoded[0] if encoded else text).decode("utf-8", "replace").strip()


def _in_flow(data: bytes) -> Iterator[_Entry]:
    """The entries of Secrets in JSON or in YAML's flow style."""
    for mapping in re.finditer(_FLOW, data):
        section = "stringData" if b"stringData" in mapping[0][:14] else "data"
        for found in re.finditer(_PAIR, mapping[1]):
            value = next((part for part in found.groups()[1:] if part is not None), b"")
            start = mapping.start(1) + next(found.start(group) for group in (2, 3, 4) if found[group] is not None)
            yield _Entry(section, found[1].decode(), value.decode("utf-8", "replace"), start)
