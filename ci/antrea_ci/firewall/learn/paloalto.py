"""TRAFFIC logs of Palo Alto Networks: comma-separated, as sent by syslog or exported as a table."""

from __future__ import annotations

from operator import itemgetter

from antrea_ci.firewall.learn.packets import Fields, Format, Handshake, Verdict, positions, section, word, words

_NAMES = ("action", "source", "destination", "protocol", "source-port", "destination-port", "repeats")
_DIGITS = 7  # of a number of repetitions
_SPARE = 4  # fields that a header may have before those that are documented


def reader() -> Format:
    """Reads such lines, with any header of syslog before them, or none."""
    facts = section("paloalto")
    kind, drops, at = word(facts, "type"), words(facts, "drops"), positions(facts, "fields")
    last = max(at.values())
    by_move = {move: itemgetter(*(at[name] + move for name in _NAMES)) for move in range(-at["type"], _SPARE)}

    def read(line: bytes) -> Fields | None:
        if kind not in line:
            return None
        fields = (_without_quotes(line) if b'"' in line else line).split(b",", last + _SPARE)
        if kind not in fields:
            return None
        move = fields.index(kind) - at["type"]
        if move not in by_move or len(fields) <= last + move:
            return None
        action, source, destination, protocol, first, second, repeats = by_move[move](fields)
        return (
            action,
            source,
            destination,
            protocol,
            first,
            second,
            None,
            int(repeats) if repeats.isdigit() and len(repeats) < _DIGITS else 1,
        )

    def verdict(action: bytes) -> Verdict:
        return Verdict.DROPPED if action.lower() in drops else Verdict.ALLOWED

    return Format("paloalto", read, verdict, lambda _: Handshake.UNKNOWN)


def _without_quotes(line: bytes) -> bytes:
    """The line with other commas only than those between fields; a quote inside of quotes is written twice."""
    parts = line.split(b'"')
    parts[1::2] = [part.replace(b",", b" ") for part in parts[1::2]]
    return b"".join(parts)
