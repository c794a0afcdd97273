"""Every way in which a secret is written: quoted, escaped and encoded by the programs that it passes through."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote_from_bytes
from xml.sax.saxutils import escape

from antrea_ci.redaction.coding import encoded

_SHORT = 128
_LEAST_ENCODED = 4
_BITS = 6
_CODE = re.compile("%[0-9A-F]{2}")


def spellings(part: str) -> Iterator[bytes]:
    """``part``, which is one line or has its lines joined, in every spelling; some twice."""
    quoted = {part} if part.isascii() and part.isalnum() else {spelling(part) for spelling in _QUOTED}
    yield from map(encoded, quoted)
    for data in {encoded(part), encoded(_json(part))}:
        for text in _in_base64(data):
            yield text
            if len(part) <= _SHORT:
                yield from _in_base64(text)
    if len(part) <= _SHORT:
        code = encoded(part).hex()
        yield from (code.encode(), code.upper().encode())


def key_spellings(line: str) -> Iterator[bytes]:
    """A line of a key, which is base64 already: nothing in it needs quoting, and there are thousands of them."""
    yield encoded(line)
    yield from _in_base64(encoded(line))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _go_json(text: str) -> str:
    """Go writes these three so that JSON can stand in HTML."""
    return _json(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _go_xml(text: str) -> str:
    """encoding/xml, with which vCenter's clients speak SOAP."""
    return escape(text, {'"': "&#34;", "'": "&#39;"})


def _url(text: str, safe: str = "") -> str:
    return quote_from_bytes(encoded(text), safe)


def _url_in_small_letters(text: str) -> str:
    return _CODE.sub(lambda code: code[0].lower(), _url(text))


_QUOTED: tuple[Callable[[str], str], ...] = (
    str,
    _json,
    lambda text: json.dumps(text)[1:-1],
    lambda text: _json(_json(text)),
    lambda text: json.dumps(_json(text))[1:-1],
    lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    _go_json,
    _url,
    _url_in_small_letters,
    lambda text: _url(text, "/"),
    # The login of an address as Go writes it, net/url shouldEscape.
    lambda text: _url(text, "$&+,;="),
    lambda text: _url(text, "!*'()"),
    lambda text: _url(text, " ").replace(" ", "+"),
    _go_xml,
    lambda text: escape(text, {'"': "&quot;", "'": "&#x27;"}),
    # Within single quotes of YAML, and of a shell in the two usual ways.
    lambda text: text.replace("'", "''"),
    lambda text: text.replace("'", "'\"'\"'"),
    lambda text: text.replace("'", "'\\''"),
    lambda text: repr(text)[1:-1],
)


def _in_base64(data: bytes) -> Iterator[bytes]:
    """What is always the same when ``data`` stands anywhere in a text that is encoded: once for each alignment."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data)
        first = -(-8 * before // _BITS)
        certain = text[first : 8 * (before + len(data)) // _BITS]
        if len(certain) >= _LEAST_ENCODED:
            yield certain
            yield certain.replace(b"+", b"-").replace(b"/", b"_")
