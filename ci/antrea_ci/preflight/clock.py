"""This machine's clock against the site's time servers, by SNTP (RFC 4330)."""

from __future__ import annotations

import socket
import struct
import time
from dataclasses import dataclass

from antrea_ci.bounded import each, within
from antrea_ci.preflight.limits import limits
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error, warning

_ERA = 2_208_988_800  # seconds from 1900 to 1970
_CLIENT = bytes([0b00_100_011]) + bytes(39)  # version 4, mode 3 (client); all other fields are zero
_PACKET = struct.Struct("!B B 38x Q")
_SERVER_MODE = 4
_PARTS = 2**32


@dataclass(frozen=True)
class _Told:
    """What a server said: how many seconds this clock is behind, or why there is no telling."""

    server: str
    behind: float = 0.0
    fault: str = ""


def probe(site: Site) -> Found:
    """Every server of ``site.ntpServers``; the nodes will ask the same ones."""
    servers = site.cluster.file.site.ntpServers
    if not servers:
        raise NotApplicableError("cluster.yaml has no site.ntpServers")
    answers = each(lambda server: _asked(server, site), servers)
    for index, told in enumerate(answers):
        place = site.cluster.document.locate(("site", "ntpServers", index))
        if told.fault:
            yield warning("preflight/clock-server", place, f"the time server {told.server} {told.fault}")
        elif abs(told.behind) > limits()["clock"]["warned"]:
            direction = "behind" if told.behind > 0 else "ahead of"
            message = f"this machine's clock is {abs(told.behind):.1f} s {direction} {told.server}"
            is_bad = abs(told.behind) > limits()["clock"]["refused"]
            yield (error if is_bad else warning)("preflight/clock", place, message)


def _asked(server: str, site: Site) -> _Told:
    try:
        behind = within(site.means.answer, lambda: _offset(server, site.means.ports["ntp"], site.means.connect))
        return _Told(server, behind)
    except TimeoutError:
        return _Told(server, fault="does not answer")
    except socket.gaierror:
        return _Told(server, fault="has a name that does not resolve")
    except OSError as fault:
        return _Told(server, fault=f"cannot be asked: {fault.strerror or fault}")
    except ValueError as fault:
        return _Told(server, fault=str(fault))


def _offset(server: str, port: int, seconds: float) -> float:
    """Seconds that this clock lacks (RFC 4330 section 5); ValueError where the answer is none."""
    family, kind, protocol, _, address = socket.getaddrinfo(server, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as udp:
        udp.settimeout(seconds)
        udp.connect(address)
        sent = time.time()
        stamp = struct.pack("!Q", _ntp(sent))
        udp.send(_CLIENT + stamp)
        answer = udp.recv(512)
        arrived = time.time()
    if len(answer) < 48 or answer[24:32] != stamp:
        raise ValueError("gives an answer that is not NTP")
    head, stratum, transmitted = _PACKET.unpack(answer[:48])
    (received,) = struct.unpack("!Q", answer[32:40])
    if head & 0b111 != _SERVER_MODE or not transmitted:
        raise ValueError("gives an answer that is not NTP")
    if head >> 6 == 0b11 or stratum == 0:
        raise ValueError("says that it has no time itself")
    return ((_unix(received) - sent) + (_unix(transmitted) - arrived)) / 2


def _ntp(seconds: float) -> int:
    return int((seconds + _ERA) * _PARTS) & (2**64 - 1)


def _unix(stamp: int) -> float:
    """A time stamp as seconds since 1970; one of the era that starts in 2036 has its first bit clear."""
    seconds = stamp / _PARTS
    return seconds - _ERA if stamp >> 63 else seconds + _PARTS - _ERA
