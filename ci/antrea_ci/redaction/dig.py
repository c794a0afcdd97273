"""Finds the secrets in a file of the installer, also those in what is encoded in it, in layers."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache

from antrea_ci.facts import facts
from antrea_ci.values import texts_at

_DEEPEST = 6
_PASSWORD_FILE = "kubeadmin-password"  # noqa: S105 - a name
_KEY = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:[A-Za-z0-9+/=\s]|\\+[nr])+-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----"
)
_HASH = re.compile(rb"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{24,}={0,2}")
# A name, such as that of a Secret, has neither digits nor capitals; what is generated has.
_VALUE = rb"\\*[\"']?\s*[:=]\s*\\*[\"']?((?=[^\"'\s]*[A-Z0-9])[A-Za-z0-9+/=._~$-]{6,})"
_ESCAPED_BREAK = re.compile(r"\\+[nr]")


def secrets_in(name: str, data: bytes) -> Iterator[str]:
    """Every secret of the file ``name`` with the content ``data``; some more than once."""
    if name == _PASSWORD_FILE:
        yield data.decode("utf-8", "replace").strip()
    yield from _layer(data, _DEEPEST)


def _layer(data: bytes, depth: int) -> Iterator[str]:
    if b"PRIVATE KEY-----" in data:
        yield from (_ESCAPED_BREAK.sub("\n", found.decode()) for found in _KEY.findall(data))
    if b"$2" in data:
        yield from (found.decode() for found in _HASH.findall(data))
    lower = data.lower()
    for word, pattern in _keyed():
        if word in lower:
            yield from _values(data, lower, pattern)
    if depth:
        for found in _BASE64.finditer(data):
            inner = _decoded(found[0])
            if inner is not None:
                yield from _layer(inner, depth - 1)


def _values(data: bytes, lower: bytes, pattern: re.Pattern[bytes]) -> Iterator[str]:
    for key in pattern.finditer(lower):
        value = re.compile(_VALUE).match(data, key.end())
        if value:
            yield value[1].decode()


@cache
def _keyed() -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    words = [word.encode() for word in texts_at(facts("redaction"), ("generated_keys",))]
    return tuple((word, re.compile(re.escape(word))) for word in words)


def _decoded(text: bytes) -> bytes | None:
    """What ``text`` is the base64 of, if that is text again."""
    try:
        data = base64.b64decode(text, validate=True)
        data.decode()
    except (binascii.Error, ValueError):
        return None
    return data
