"""Secrets that can be told by the key before them, in YAML, JSON and everything that looks like them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from antrea_ci.secret_scan import judge, known
from antrea_ci.secret_scan.hit import Hit
from antrea_ci.secret_scan.layers import Layer

_KUBECONFIG_KEYS = ("client-key-data", "token")
_BLOCK = re.compile(rb"[|>][0-9+-]{0,2}[ \t]*(?:#[^\n]*)?\r?\n[ \t]*(?:#[ \t]*)?")
_NEXT_LINE = re.compile(rb"\r?\n([ \t]+)(?![^\n]*:(?:\s|$))(?=[^\s#-])")
_DECORATION = re.compile(rb"(?:[&!][^\s]*[ \t]+)+")
_QUOTED = re.compile(rb"\"((?:[^\"\\]|\\.)*)\"|'((?:[^']|'')*)'", re.DOTALL)
_SENTENCE = re.compile(rb"[A-Za-z][a-z]*(?:[ \t]+[a-z'-]+[.,;)]*){3}")
# A colon, an equals sign, the end of a tag of XML, or the `value` of an entry of which this is the `name`.
_BEFORE_VALUE = rb"[\"']?(?:[ \t]*(?::|=(?!=))|>(?=[^\s<]+</)|,?\s*[\"']?value[\"']?[ \t]*:)[ \t]*"
_KEY_BEGIN = re.compile(rb"[A-Za-z0-9_.-]+$")
_TOKEN = re.compile(r"[A-Za-z0-9+/=_.~-]+")
_LONGEST = 60
_SURELY_RANDOM = 32
_PLAIN = re.compile(rb"[^\s,}\]\x00][^\s,}\]\x00\"'<]*")


def find(layer: Layer) -> Iterator[Hit]:
    """Every value of ``layer`` that its key makes a secret."""
    seen: set[int] = set()
    for word, introduction in _introductions():
        if word not in layer.lower:
            continue
        for found in introduction.finditer(layer.lower):
            if found.end() not in seen:
                seen.add(found.end())
                yield from _at(layer, found.start(), found.end(), len(word))


@cache
def _introductions() -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """Each word that ends a key, and the same with what stands between it and the value."""
    kinds = ("password_keys", "doubtful_password_keys", "token_keys")
    words = [word.encode() for kind in kinds for word in known.words(kind)]
    return tuple((word, re.compile(re.escape(word) + _BEFORE_VALUE)) for word in words)


def _at(layer: Layer, start: int, end: int, length: int) -> Iterator[Hit]:
    """The value behind ``end``, if it is secret; the word that ends its key is ``length`` bytes from ``start`` on."""
    beginning = _KEY_BEGIN.search(layer.data[max(0, start - _LONGEST) : start])
    key = (beginning[0] if beginning else b"") + layer.data[start : start + length]
    offset, value = _value(layer.data, end)
    hit = _judged(key.decode("ascii", "replace"), value, offset, prose=layer.prose or _in_comment(layer.data, start))
    if hit:
        yield hit


def _judged(key: str, value: str, offset: int, *, prose: bool) -> Hit | None:
    is_doubtful = key.lower().endswith(known.words("doubtful_password_keys"))
    if is_doubtful or key.lower().endswith(known.words("password_keys")):
        found = judge.is_password(value, prose=prose or is_doubtful)
        return Hit(offset, "password", f"a value of `{key}`") if found else None
    # What was decoded may run on into bytes that do not belong to it.
    token = _TOKEN.match(value)
    if not token or not judge.is_random(token[0]):
        return None
    if prose and len(token[0]) < _SURELY_RANDOM and not re.search(r"\d", token[0]):
        return None
    return Hit(offset, "kubeconfig" if key in _KUBECONFIG_KEYS else "token", f"a value of `{key}`")


def _value(data: bytes, start: int) -> tuple[int, str]:
    """Where the value behind a key starts, and the value, or its first word."""
    decoration = _DECORATION.match(data, start)
    start = decoration.end() if decoration else start
    for introduction in (_BLOCK, _NEXT_LINE):
        found = introduction.match(data, start)
        if found:
            start = found.end()
            break
    quoted = _QUOTED.match(data, start)
    if quoted:
        return start + 1, (quoted[1] or quoted[2] or b"").decode("utf-8", "replace")
    plain = None if _SENTENCE.match(data, start) else _PLAIN.match(data, start)
    return start, plain[0].decode("utf-8", "replace") if plain else ""


def _in_comment(data: bytes, offset: int) -> bool:
    begin = data.rfind(b"\n", 0, offset) + 1
    return data[begin:offset].lstrip()[:1] == b"#"
