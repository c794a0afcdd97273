"""Subject and end of a certificate, read from its DER form (RFC 5280 section 4.1; X.690 for the encoding).

Python's own library shows certificates of authorities only, and two fields are not worth one more library to trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_SEQUENCE, _SET, _OID, _VERSION = 0x30, 0x31, 0x06, 0xA0
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_ENCODINGS = {0x0C: "utf-8", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}
# The first two digits of a year of two digits: RFC 5280 section 4.1.2.5.1.
_FIRST_OF_1900 = 50
# The names of RFC 4514, and two that are usual.
_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
}


class Certificate(NamedTuple):
    """``subject`` as in ``CN=ca,O=Example``; ``expires`` is a date of ISO 8601, in UTC."""

    subject: str
    expires: str


class _Element(NamedTuple):
    tag: int
    content: bytes


def read_certificate(data: bytes) -> Certificate | None:
    """The certificate whose DER form ``data`` is; None where it is none."""
    try:
        (certificate,) = _elements(data)
        fields = [one for one in _elements(next(_elements(certificate.content)).content) if one.tag != _VERSION]
        _, _, _, validity, subject, *_ = fields
        _, expires = _elements(validity.content)
        return Certificate(_name(subject), _date(expires))
    except (ValueError, IndexError, StopIteration, LookupError):
        return None


def _elements(data: bytes) -> Iterator[_Element]:
    position = 0
    while position < len(data):
        tag, length, position = data[position], data[position + 1], position + 2
        if length >= 0x80:
            size = length & 0x7F
            length, position = int.from_bytes(data[position : position + size], "big"), position + size
        if position + length > len(data):
            raise ValueError("an element is longer than what holds it")
        yield _Element(tag, data[position : position + length])
        position += length


def _name(name: _Element) -> str:
    """The most special part first, as RFC 4514 writes names."""
    if name.tag != _SEQUENCE:
        raise ValueError("no name")
    parts = ["+".join(_attribute(one) for one in _elements(part.content)) for part in _elements(name.content)]
    return ",".join(reversed(parts))


def _attribute(pair: _Element) -> str:
    kind, value = _elements(pair.content)
    number = _oid(kind.content)
    text = value.content.decode(_ENCODINGS.get(value.tag, "latin-1"))
    return f"{_ATTRIBUTES.get(number, number)}={text}"


def _oid(data: bytes) -> str:
    numbers: list[int] = []
    current = 0
    for byte in data:
        current = current << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(current)
            current = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _date(time: _Element) -> str:
    text = time.content.decode("ascii")
    if time.tag == _UTC_TIME:
        text = ("19" if int(text[:2]) >= _FIRST_OF_1900 else "20") + text
    elif time.tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    if not text[:8].isdigit():
        raise ValueError("no date")
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"
