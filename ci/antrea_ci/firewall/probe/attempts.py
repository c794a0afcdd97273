"""One attempt to reach a port, and what became of it: open, refused, filtered, or not to be told."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum

from antrea_ci.firewall.probe.icmp import Told, listen, told


class State(StrEnum):
    """``REFUSED``: the firewall is open, nothing listens. ``FILTERED``: no answer, or somebody on the way says no."""

    OPEN = "open"
    REFUSED = "refused"
    FILTERED = "filtered"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Outcome:
    """``detail`` says how it is known; it may be empty."""

    state: State
    detail: str = ""


_REFUSALS = (errno.ECONNREFUSED, errno.ECONNRESET)
_DNS_QUESTION = struct.Struct("!HHHHHH")
_SNTP = bytes([0b00_100_011]) + bytes(47)  # version 4, mode 3 (client)


def tcp(address: str, port: int, seconds: float) -> Outcome:
    """One connection, closed at once."""
    return _tried(address, port, socket.SOCK_STREAM, seconds, lambda _: Outcome(State.OPEN))


def dns(address: str, port: int, seconds: float, name: str) -> Outcome:
    """One question for ``name`` by UDP; whatever the answer says, it has come."""
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("ascii", "ignore").split(b".") if label)
    question = os.urandom(2) + _DNS_QUESTION.pack(0, 0x0100, 1, 0, 0, 0)[2:] + labels + b"\0\0\1\0\1"
    return _answered(address, port, seconds, question)


def ntp(address: str, port: int, seconds: float) -> Outcome:
    """One question for the time."""
    return _answered(address, port, seconds, _SNTP)


def udp(address: str, port: int, seconds: float) -> Outcome:
    """An empty datagram: only a refusal tells something, silence is what most services and all firewalls answer."""
    found = _answered(address, port, seconds, b"")
    if found.state is State.FILTERED and not found.detail:
        return Outcome(State.UNTESTED, "nobody answers by UDP; a service may be silent as well as a firewall")
    return found


def _answered(address: str, port: int, seconds: float, question: bytes) -> Outcome:
    def ask(one: socket.socket) -> Outcome:
        one.send(question)
        one.recv(512)
        return Outcome(State.OPEN)

    return _tried(address, port, socket.SOCK_DGRAM, seconds, ask)


def _tried(
    address: str, port: int, kind: socket.SocketKind, seconds: float, use: Callable[[socket.socket], Outcome]
) -> Outcome:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family, kind)) as one:
        one.settimeout(seconds)
        listen(one)
        try:
            one.connect((address, port))
            return use(one)
        except TimeoutError:
            return Outcome(State.FILTERED)
        except OSError as error:
            return _explained(error, told(one), address)


def _explained(error: OSError, message: Told | None, address: str) -> Outcome:
    """What an error means, with the ICMP message that caused it, where the system gives it away."""
    if error.errno in _REFUSALS:
        return _refused(message, address)
    if message and message.is_nobody:
        who = "this machine finds" if message.is_own else f"the router {message.sender} finds"
        return Outcome(State.UNTESTED, f"{who} no machine with this address")
    if message:
        return Outcome(State.FILTERED, f"{message.sender} says that it may not pass")
    return Outcome(State.FILTERED, f"this machine has no way there ({error.strerror or error})")


def _refused(message: Told | None, address: str) -> Outcome:
    """TCP is refused by a reset, UDP by the host's own ICMP message; every other refusal is a firewall's."""
    if message is None or (message.is_of_udp and message.sender == address):
        return Outcome(State.REFUSED)
    return Outcome(State.FILTERED, f"{message.sender} refuses it by ICMP, as firewalls do")
