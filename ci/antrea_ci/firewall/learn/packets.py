"""What one line of a log says of a packet, first as its bytes, then with their meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import NamedTuple, TypeAlias

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, text_at, texts_at, value_at
from antrea_ci.yamlio import Value

Fields: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes | None, bytes | None, bytes | None, int]
"""What is written for: fate, source, destination, protocol, port of each, TCP flags, how often it happened."""


class Verdict(IntEnum):
    """What became of a packet. ``UNSAID``: the line does not tell; ``OTHER``: dropped, but not by a rule."""

    ALLOWED = 1
    DROPPED = 2
    UNSAID = 3
    OTHER = 4


class Handshake(IntEnum):
    """What TCP flags tell of the direction: whoever sends the first SYN is the client."""

    UNKNOWN = 0
    OPENS = 1
    ANSWERS = 2


@dataclass(frozen=True, eq=False)
class Format:
    """One format of lines. What ``verdict`` and ``handshake`` say of the same bytes is always the same.

    ``read`` returns None for a line of another format, or half of one.
    """

    name: str
    read: Callable[[bytes], Fields | None]
    verdict: Callable[[bytes], Verdict]
    handshake: Callable[[bytes], Handshake]


class Packet(NamedTuple):
    """``protocol`` as rows name it; ports are -1 where the protocol has none."""

    protocol: str
    source_port: int
    destination_port: int


def packet(fields: Fields) -> Packet | None:
    """The packet of a line; None where something is missing or cannot be."""
    _, _, _, written, first, second, _, _ = fields
    protocol = protocol_of(written)
    if not protocol or protocol not in _with_ports():
        return Packet(protocol, -1, -1) if protocol else None
    ports = _port(first), _port(second)
    return None if min(ports) < 0 else Packet(protocol, *ports)


def _port(text: bytes | None) -> int:
    number = int(text) if text and text.isdigit() and len(text) <= 5 else -1
    return number if number <= 65535 else -1


def by_letters(flags: bytes) -> Handshake:
    """Of flags as letters: ``S`` opens, ``SA`` answers."""
    if b"S" not in flags:
        return Handshake.UNKNOWN
    return Handshake.ANSWERS if b"A" in flags else Handshake.OPENS


@cache
def protocol_of(text: bytes) -> str:
    """How rows name the protocol; empty where it is none."""
    given = mapping_at(facts("firewall-logs"), ("protocols",))
    written = text.decode("latin-1").lower()
    for name in given:
        if written in (name.lower(), *texts_at(given, (name,))):
            return name
    return f"IP {int(written)}" if text.isdigit() and len(text) <= 3 and int(written) <= 255 else ""


@cache
def _with_ports() -> frozenset[str]:
    return frozenset(texts_at(facts("firewall-logs"), ("with-ports",)))


def section(name: str) -> Value:
    """One format of the facts."""
    return value_at(facts("firewall-logs"), ("formats", name))


def positions(of: Value, *path: str) -> dict[str, int]:
    """Fields by name."""
    return {name: index for name, index in mapping_at(of, path).items() if isinstance(index, int)}


def words(of: Value, key: str) -> frozenset[bytes]:
    """The words of a list."""
    return frozenset(word.encode() for word in texts_at(of, (key,)))


def word(of: Value, key: str) -> bytes:
    """One word."""
    return text_at(of, (key,)).encode()
