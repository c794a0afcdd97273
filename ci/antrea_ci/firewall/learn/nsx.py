"""Packet logs of NSX: `INET match DROP domain-c8/1006 IN 60 TCP 10.1.224.10/41234->10.128.0.5/8443 S`."""

from __future__ import annotations

import re

from antrea_ci.firewall.learn.packets import Fields, Format, Verdict, by_letters, section, word, words

# A slash may be escaped where a collector has wrapped the line into JSON. ICMP may have its type between.
_LINE = re.compile(
    rb"INET6? ([A-Za-z][\w-]* [A-Z]+) \S+ (?:IN|OUT) \d+ (?:PROTO )?([A-Za-z0-9-]+) (?:\S+ ){0,2}?"
    rb"([0-9A-Fa-f:.]+)(?:\\?/(\d+))?->([0-9A-Fa-f:.]+)(?:\\?/(\d+))?(?: ([SAPUFREWC.]+)(?![^\s\"]))?"
)


def reader() -> Format:
    """Reads such lines."""
    facts = section("nsx")
    drops, by_rule, ended = words(facts, "drops"), words(facts, "by-rule"), word(facts, "ended")
    end_of_connection = re.compile(rb"INET6? " + re.escape(ended) + rb" ")

    def read(line: bytes) -> Fields | None:
        at = line.find(b"INET")
        if at < 0:
            return None
        found = _LINE.search(line, at)
        if found:
            fate, protocol, source, first, destination, second, flags = found.groups()
            return fate, source, destination, protocol, first, second, flags, 1
        return (ended, b"", b"", b"", None, None, None, 1) if end_of_connection.search(line, at) else None

    def verdict(fate: bytes) -> Verdict:
        reason, _, action = fate.partition(b" ")
        if action not in drops:
            return Verdict.ALLOWED
        return Verdict.DROPPED if reason in by_rule else Verdict.OTHER

    return Format("nsx", read, verdict, by_letters)
