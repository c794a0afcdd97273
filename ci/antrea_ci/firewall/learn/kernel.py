"""Lines of the Linux kernel (iptables, nftables) and of ulogd: `<prefix>IN= OUT= SRC= DST= PROTO= SPT= DPT=`."""

from __future__ import annotations

import re

from antrea_ci.firewall.learn.packets import Fields, Format, Handshake, Verdict, section, words

# A packet inside of an ICMP error follows in brackets: the first addresses and protocol are those of the error.
_PACKET = re.compile(
    rb"SRC=([0-9A-Fa-f:.]+) DST=([0-9A-Fa-f:.]+) .*?PROTO=([A-Za-z0-9-]+)"
    rb"(?: SPT=(\d+) DPT=(\d+)(?: (?:SEQ=\d+ ACK=\d+ )?WINDOW=\d+ RES=0x[0-9a-f]+ ([A-Z ]*))?)?"
)
_CLOCK = re.compile(rb"\[\s*\d+\.\d+\]\s*")
_HEADER = 200  # bytes: the header of syslog is shorter


def reader(drop_prefixes: tuple[bytes, ...] = ()) -> Format:
    """Reads such lines. With ``drop_prefixes`` those are drops whose prefix has one of them, and no others."""
    facts = section("kernel")
    programs = sorted(words(facts, "before-prefix"))
    drops, allows = (re.compile(_any(words(facts, key)), re.IGNORECASE) for key in ("drops", "allows"))

    def read(line: bytes) -> Fields | None:
        at = line.find(b" SRC=") + 1
        if not at:
            return None
        after = line.find(b" OUT=", 0, at)  # right behind the interface; a prefix may have such letters, too
        interface = line.rfind(b"IN=", 0, after if after > 0 else at)
        found = _PACKET.match(line, at) if interface >= 0 else None
        if not found:
            return None
        source, destination, protocol, first, second, flags = found.groups()
        prefix = line[_behind_header(line, programs) : interface]
        return prefix, source, destination, protocol, first, second, flags, 1

    def verdict(prefix: bytes) -> Verdict:
        if drop_prefixes:
            return Verdict.DROPPED if any(text in prefix for text in drop_prefixes) else Verdict.ALLOWED
        if drops.search(prefix):
            return Verdict.DROPPED
        return Verdict.ALLOWED if allows.search(prefix) else Verdict.UNSAID

    return Format("kernel", read, verdict, _handshake)


def _behind_header(line: bytes, programs: list[bytes]) -> int:
    """Where the prefix begins: behind the program's name, and behind the kernel's own clock."""
    at = 0
    for name in programs:
        if (start := line.find(name, 0, _HEADER)) >= 0:
            at = line.find(b" ", start) + 1
            break
    clock = _CLOCK.match(line, at)
    return clock.end() if clock else at


def _handshake(flags: bytes) -> Handshake:
    names = flags.split()
    if b"SYN" not in names:
        return Handshake.UNKNOWN
    return Handshake.ANSWERS if b"ACK" in names else Handshake.OPENS


def _any(texts: frozenset[bytes]) -> bytes:
    return b"|".join(re.escape(text) for text in sorted(texts))
