"""What one line of a log says of a packet, and the words of the facts as bytes."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import NamedTuple, TypeAlias

from antrea_ci.facts import facts
from antrea_ci.values import mapping_at, text_at, texts_at, value_at
from antrea_ci.yamlio import Value


class Verdict(Enum):
    """What became of a packet. ``UNSAID``: the line does not tell; ``OTHER``: dropped, but not by a rule."""

    ALLOWED = "allowed"
    DROPPED = "dropped"
    UNSAID = "unsaid"
    OTHER = "other"


class Handshake(Enum):
    """What TCP flags tell of the direction: whoever sends the first SYN is the client."""

    UNKNOWN = 0
    OPENS = 1
    ANSWERS = 2


class Packet(NamedTuple):
    """A line's packet. Addresses as they are written; ``protocol`` as rows name it; ports -1 where there are none."""

    verdict: Verdict
    source: bytes = b""
    destination: bytes = b""
    protocol: str = ""
    source_port: int = -1
    destination_port: int = -1
    handshake: Handshake = Handshake.UNKNOWN
    repeats: int = 1


PASSED = Packet(Verdict.ALLOWED)
NO_RULE = Packet(Verdict.OTHER)
Reader: TypeAlias = Callable[[bytes], Packet | None]
"""Reads a line of one format; None where it is none, or only half of one."""


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


def text_of_keys(of: Value) -> dict[str, bytes]:
    """The keys of pairs, with their equals sign, by what they hold."""
    return {name: f"{key}=".encode() for name, key in mapping_at(of, ("keys",)).items() if isinstance(key, str)}


@cache
def protocols() -> dict[bytes, str]:
    """Names by every spelling, in small letters and in capitals."""
    found: dict[bytes, str] = {}
    given = mapping_at(facts("firewall-logs"), ("protocols",))
    for name in given:
        for spelling in texts_at(given, (name,)):
            found |= {text.encode(): name for text in (spelling, spelling.upper(), spelling.lower(), name)}
    return found


def protocol_of(text: bytes) -> str:
    """How rows name the protocol; empty where it is none."""
    known = protocols().get(text) or protocols().get(text.lower())
    if known:
        return known
    return f"IP {int(text)}" if text.isdigit() and len(text) <= 3 and int(text) <= 255 else ""


@cache
def with_ports() -> frozenset[str]:
    """The protocols that have ports."""
    return frozenset(texts_at(facts("firewall-logs"), ("with-ports",)))


def handshake(flags: bytes) -> Handshake:
    """Of flags as letters: ``S`` opens, ``SA`` answers."""
    if b"S" not in flags:
        return Handshake.UNKNOWN
    return Handshake.ANSWERS if b"A" in flags else Handshake.OPENS


def dropped(
    ends: tuple[bytes, bytes],
    protocol: bytes,
    ports: tuple[bytes | None, bytes | None],
    shake: Handshake = Handshake.UNKNOWN,
    *,
    verdict: Verdict = Verdict.DROPPED,
    repeats: int = 1,
) -> Packet | None:
    """A packet of what a line has; None where something is missing or cannot be."""
    name = protocol_of(protocol)
    if not name:
        return None
    if name not in with_ports():
        return Packet(verdict, *ends, name, repeats=repeats)
    first, second = ports
    if not first or not second or not first.isdigit() or not second.isdigit() or len(first) > 5 or len(second) > 5:
        return None
    source, destination = int(first), int(second)
    if source > 65535 or destination > 65535:
        return None
    return Packet(verdict, *ends, name, source, destination, shake, repeats)
