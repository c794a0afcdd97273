"""PEM blocks as Go's encoding/pem finds them, and whether each is an X.509 certificate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from antrea_ci.install_config.base64_text import strict_base64

_BEGIN = re.compile(r"(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*(?:\n|\Z)")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII)
_END = "\n-----END "
_HEADER = re.compile(r"[^\n:]*:[^\n]*(?:\n|\Z)")


@dataclass(frozen=True)
class Block:
    """One PEM block: its label, its bytes, and where in the text it starts and what follows it starts."""

    label: str
    data: bytes
    start: int
    end: int


def next_block(text: str, position: int) -> Block | None:
    """The first well-formed block from ``position`` on; what stands before it, or is no block, is skipped."""
    end = -1
    # A line starts at ``position``: the break before it belongs to what is looked for.
    while found := _BEGIN.search(text, max(position - 1, 0)):
        position = found.end()
        body = _after_headers(text, position)
        if end < body - 1:
            end = text.find(_END, body - 1)
        if end < 0:
            return None
        closing = re.compile(rf"{_END}{re.escape(found[1])}-----[ \t\r]*(?:\n|\Z)").match(text, end)
        data = _decoded(text[body:end]) if closing and _BASE64.fullmatch(text, body, end) else None
        if closing and data is not None:
            start = found.start() + text.startswith("\n", found.start())
            return Block(found[1], data, start, closing.end())
    return None


def _after_headers(text: str, position: int) -> int:
    while header := _HEADER.match(text, position):
        position = header.end()
    return position


def _decoded(text: str) -> bytes | None:
    try:
        return strict_base64(re.sub(r"[ \t\r\n]", "", text))
    except ValueError:
        return None


def certificate_test() -> Callable[[bytes], bool]:
    """A function that tells whether its argument is the DER form of an X.509 certificate."""
    import ssl  # only a file with a trust bundle needs it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def is_certificate(data: bytes) -> bool:
        try:
            context.load_verify_locations(cadata=data)
        except (ssl.SSLError, ValueError):
            return False
        return True

    return is_certificate
