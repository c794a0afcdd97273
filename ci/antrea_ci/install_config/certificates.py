"""PEM blocks as Go's encoding/pem finds them, and whether each is an X.509 certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass

from antrea_ci.install_config.base64_text import strict_base64

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
    # A line starts at ``position``: the break before it belongs to what is looked for.
    while found := _BEGIN.search(text, max(position - 1, 0)):
        start = found.start() + text.startswith("\n", found.start())
        body = found.end()
        while header := _HEADER.match(text, body):
            body = header.end()
        end = re.compile(rf"(?:(?<=\n)|\n)-----END {re.escape(found[1])}-----[ \t\r]*(?:\n|\Z)").search(text, body - 1)
        data = _decoded(text[body : end.start()]) if end else None
        if end and data is not None:
            return Block(found[1], data, start, end.end())
        position = found.end()
    return None


def _decoded(text: str) -> bytes | None:
    try:
        return strict_base64(re.sub(r"[ \t\r\n]", "", text))
    except ValueError:
        return None


def is_certificate(data: bytes) -> bool:
    """Whether ``data`` is the DER form of an X.509 certificate."""
    import ssl  # only a file with a trust bundle needs it

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=data)
    except (ssl.SSLError, ValueError):
        return False
    return True
