"""Traffic logs of FortiOS: pairs of key and value, spaces or (CSV) commas between them, values or pairs in quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from antrea_ci.firewall.learn.packets import Fields, Format, Handshake, Verdict, section, word, words
from antrea_ci.values import text_at

_ORDER = ("source", "source-port", "destination", "destination-port", "protocol", "action")


def reader() -> Format:
    """Reads such lines, with any header of syslog before them, or none."""
    facts = section("fortinet")
    drops, kind = words(facts, "drops"), word(facts, "type")
    keys = [f"{text_at(facts, ('keys', name))}=".encode() for name in _ORDER]
    typed = text_at(facts, ("keys", "type")).encode() + b"="
    of_kind = (typed + b'"' + kind + b'"', typed + kind)
    by_sign = {sign: [sign + key for key in keys] for sign in (b" ", b",", b'"')}
    each = [re.compile(rb"(?<![A-Za-z])" + key + rb'"?([^", ]*)') for key in keys]

    def read(line: bytes) -> Fields | None:
        at = line.find(keys[0])
        if at < 0:
            return None
        if of_kind[0] not in line and of_kind[1] not in line and typed in line:
            return b"", b"", b"", b"", None, None, None, 1  # a log of another type, such as utm
        values = _usual(line, at, by_sign) or [found[1] if (found := one.search(line)) else b"" for one in each]
        source, first, destination, second, protocol, action = values
        return (action, source, destination, protocol, first, second, None, 1) if action else None

    def verdict(action: bytes) -> Verdict:
        return Verdict.DROPPED if action in drops else Verdict.ALLOWED

    return Format("fortinet", read, verdict, lambda _: Handshake.UNKNOWN)


def _usual(line: bytes, at: int, keys: Mapping[bytes, Sequence[bytes]]) -> list[bytes] | None:
    """The values where the keys are in the order that devices write; None where they are not.

    ``keys`` by what stands before each: what is between pairs, or the quote around each of them.
    """
    sign = line[at - 1 : at]
    values: list[bytes] = []
    at -= 1
    for key in keys.get(sign, ()):
        start = line.find(key, at)
        if start < 0:
            return None
        start += len(key)
        at = line.find(sign, start)
        values.append((line[start:at] if at >= 0 else line[start:]).strip(b'"'))
    return values or None
