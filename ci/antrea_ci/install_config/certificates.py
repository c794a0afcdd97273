"""PEM blocks as Go's encoding/pem finds them, and whether each is an X.509 certificate."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

_BEGIN = re.compile(r"(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*(?:\n|\Z)")
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
    while found := _BEGIN.search(text, position):
        start = found.start() + text.startswith("\n", found.start())
        body = found.end()
        while header := _HEADER.match(text, body):
            body = header.end()
        end = re.compile(rf"(?:(?<=\n)|\n)-----END {re.escape(found[1])}-----[ \t\r]*(?:\n|\Z)").search(text, body - 1)
        data = _decoded(text[body : end.start()]) if end else None
        if end and data is not None:
            return Block(found[1], data, start, end.end())
        position = found.end() - 1
    return None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(re.sub(r"[ \t\r\n]", "", text), validate=True)
    except binascii.Error:
        return None


def is_certificate(data: bytes) -> bool:
    """Whether ``data`` is the DER form of an X.509 certificate."""
    import ssl  # only a file with a trust bundle needs it

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=data)
    except (ssl.SSLError, ValueError):
        return False
    return True
