"""Packet logs of NSX: `INET match DROP domain-c8/1006 IN 60 TCP 10.1.224.10/41234->10.128.0.5/8443 S`."""

from __future__ import annotations

import re

from antrea_ci.firewall.learn.packets import (
    NO_RULE,
    PASSED,
    Handshake,
    Packet,
    Reader,
    dropped,
    handshake,
    section,
    word,
    words,
)

# A slash may be escaped where a collector has wrapped the line into JSON. ICMP may have its type between.
_LINE = re.compile(
    rb"INET6? ([A-Za-z][\w-]*) ([A-Z]+) \S+ (?:IN|OUT) \d+ (?:PROTO )?([A-Za-z0-9-]+) (?:\S+ ){0,2}?"
    rb"([0-9A-Fa-f:.]+)(?:\\?/(\d+))?->([0-9A-Fa-f:.]+)(?:\\?/(\d+))?(?: ([SAPUFREWC.]+)(?![^\s\"]))?"
)


def reader() -> Reader:
    """Reads such lines."""
    facts = section("nsx")
    drops, by_rule = words(facts, "drops"), words(facts, "by-rule")
    ended = re.compile(rb"INET6? " + re.escape(word(facts, "ended")) + rb" ")

    def read(line: bytes) -> Packet | None:
        at = line.find(b"INET")
        if at < 0:
            return None
        found = _LINE.search(line, at)
        if not found:
            return PASSED if ended.search(line, at) else None
        reason, action, protocol, source, first, destination, second, flags = found.groups()
        if action not in drops:
            return PASSED
        if reason not in by_rule:
            return NO_RULE
        shake = handshake(flags) if flags else Handshake.UNKNOWN
        return dropped((source, destination), protocol, (first, second), shake)

    return read
