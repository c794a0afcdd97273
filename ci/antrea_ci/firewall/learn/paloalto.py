"""TRAFFIC logs of Palo Alto Networks: comma-separated, as sent by syslog or exported as a table."""

from __future__ import annotations

import csv

from antrea_ci.firewall.learn.packets import PASSED, Packet, Reader, dropped, positions, section, word, words


def reader() -> Reader:
    """Reads such lines, with any header of syslog before them, or none."""
    facts = section("paloalto")
    kind, drops, at = word(facts, "type"), words(facts, "drops"), positions(facts, "fields")
    marks = (b"," + kind + b",", b',"' + kind + b'",')
    last = max(at.values())

    def read(line: bytes) -> Packet | None:
        if not any(mark in line for mark in marks):
            return None
        fields = _quoted(line) if b'"' in line else line.split(b",", last + 4)
        if kind not in fields:
            return None
        moved = fields.index(kind) - at["type"]  # a header that has or lacks a field before the type
        if len(fields) <= last + moved:
            return None
        if fields[at["action"] + moved].lower() not in drops:
            return PASSED
        ends = fields[at["source"] + moved], fields[at["destination"] + moved]
        ports = fields[at["source-port"] + moved], fields[at["destination-port"] + moved]
        repeats = fields[at["repeats"] + moved]
        times = int(repeats) if repeats.isdigit() and len(repeats) < 10 else 1
        return dropped(ends, fields[at["protocol"] + moved], ports, repeats=max(times, 1))

    return read


def _quoted(line: bytes) -> list[bytes]:
    """The fields where some are in quotes, for which they may have commas."""
    try:
        (fields,) = csv.reader([line.decode("latin-1")])
    except (csv.Error, ValueError):
        return []
    return [field.encode("latin-1") for field in fields]
