"""Which ICMP message ended a connection: only Linux tells; elsewhere nothing is known."""

from __future__ import annotations

import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

# source: Linux include/uapi/linux/{in,in6,errqueue}.h; Python's socket has no names for these
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_ERROR = struct.Struct("@IBBBBII")  # errno, origin, type, code, padding, info, data
_ICMP_ORIGINS = (2, 3)
_OPTIONS = {socket.AF_INET: (socket.IPPROTO_IP, _IP_RECVERR), socket.AF_INET6: (socket.IPPROTO_IPV6, _IPV6_RECVERR)}
# Host unreachable of ICMP (type 3, code 1), address unreachable of ICMPv6 (type 1, code 3): nobody answers to ARP.
_NOBODY = {(2, 3, 1), (3, 1, 3)}


@dataclass(frozen=True)
class Told:
    """``sender`` wrote the message; ``is_own``: this machine itself, when it found nobody."""

    sender: str
    is_own: bool
    is_nobody: bool
    is_of_udp: bool


def listen(one: socket.socket) -> None:
    """Has the system keep messages about this socket."""
    if sys.platform == "linux":
        with suppress(OSError, KeyError):
            one.setsockopt(*_OPTIONS[one.family], 1)


def told(one: socket.socket) -> Told | None:
    """The message about a socket whose use has failed; None where there was none, or nobody tells."""
    if sys.platform != "linux":
        return None
    one.settimeout(0)  # with a timeout Python waits for a message even where MSG_DONTWAIT says not to
    with suppress(OSError):
        _, ancillary, _, _ = one.recvmsg(1024, 1024, socket.MSG_ERRQUEUE)
        for level, kind, data in ancillary:
            if (level, kind) == _OPTIONS.get(one.family):
                return _read(one, data)
    return None


def _read(one: socket.socket, data: bytes) -> Told | None:
    _, origin, kind, code, _, _, _ = _ERROR.unpack_from(data)
    if origin not in _ICMP_ORIGINS:
        return None
    address = data[_ERROR.size :]  # a sockaddr: the family, and at 4 or 8 the address
    packed = address[4:8] if one.family == socket.AF_INET else address[8:24]
    sender = str(ip_address(packed)) if len(packed) in (4, 16) else "somebody"
    own = ""
    with suppress(OSError):
        own = str(one.getsockname()[0])
    return Told(sender, sender == own, (origin, kind, code) in _NOBODY, one.type == socket.SOCK_DGRAM)
