"""Lines of the Linux kernel (iptables, ip6tables, nftables) and of ulogd: `<prefix>IN= OUT= SRC= DST= PROTO= SPT= DPT=`."""

from __future__ import annotations

import re

from antrea_ci.firewall.learn.packets import Handshake, Packet, Reader, Verdict, dropped, section, words

# A packet inside of an ICMP error follows in brackets: the first addresses and the first protocol are those of the error.
_PACKET = re.compile(
    rb"SRC=([0-9A-Fa-f:.]+) DST=([0-9A-Fa-f:.]+) .*?PROTO=([A-Za-z0-9-]+)(?: SPT=(\d+) DPT=(\d+))?"
)
_START = re.compile(rb"(?<![A-Z])IN=")


def reader(drop_prefixes: tuple[bytes, ...] = ()) -> Reader:
    """Reads such lines. With ``drop_prefixes`` a packet was dropped where its prefix has one of them, and only there."""
    facts = section("kernel")
    header = re.compile(rb"(?:" + _any(words(facts, "before-prefix")) + rb")\S*\s|\]:\s")
    drops, allows = (re.compile(_any(words(facts, key)), re.IGNORECASE) for key in ("drops", "allows"))

    def verdict(line: bytes, end: int) -> Verdict:
        start = header.search(line, 0, end)
        at = start.end() if start else 0
        if drop_prefixes:
            prefix = line[at:end]
            return Verdict.DROPPED if any(text in prefix for text in drop_prefixes) else Verdict.ALLOWED
        if drops.search(line, at, end):
            return Verdict.DROPPED
        return Verdict.ALLOWED if allows.search(line, at, end) else Verdict.UNSAID

    def read(line: bytes) -> Packet | None:
        at = line.find(b"SRC=")
        if at < 0:
            return None
        found = _PACKET.match(line, at)
        start = _START.search(line, 0, at)
        if not found or not start:
            return None
        source, destination, protocol, first, second = found.groups()
        return dropped(
            (source, destination),
            protocol,
            (first, second),
            _handshake(line, found.end()) if first else Handshake.UNKNOWN,
            verdict=verdict(line, start.start()),
        )

    return read


def _handshake(line: bytes, at: int) -> Handshake:
    if line.find(b" SYN ", at) < 0:
        return Handshake.UNKNOWN
    return Handshake.OPENS if line.find(b" ACK ", at) < 0 else Handshake.ANSWERS


def _any(texts: frozenset[bytes]) -> bytes:
    return b"|".join(re.escape(text) for text in sorted(texts))
