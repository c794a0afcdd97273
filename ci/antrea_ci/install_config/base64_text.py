"""Base64 as strictly as Go's encoding/base64 reads it."""

from __future__ import annotations

import base64


def strict_base64(text: str) -> bytes:
    """The bytes that ``text`` writes; ValueError for foreign characters, and for padding that does not fit."""
    if len(text) % 4:
        raise ValueError("the padding does not fit")
    return base64.b64decode(text, validate=True)
