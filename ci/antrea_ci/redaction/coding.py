"""Text as bytes and back, whatever is in it: names of files and outputs of programs hold bytes that are no text."""

from __future__ import annotations


def encoded(text: str) -> bytes:
    """The bytes of ``text``; never raises."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, as JSON can write it
        return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """The text of ``data``; never raises."""
    return data.decode("utf-8", "surrogateescape")
