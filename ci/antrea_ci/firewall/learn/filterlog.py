"""Lines of filterlog, the packet filter's log of pfSense and OPNsense: comma-separated, fields by version of IP."""

from __future__ import annotations

from collections.abc import Callable

from antrea_ci.firewall.learn.packets import (
    Fields,
    Format,
    Verdict,
    by_letters,
    positions,
    section,
    words,
)


def reader() -> Format:
    """Reads such lines, with any header of syslog before them, or none."""
    facts = section("filterlog")
    drops, by_rule, directions = (words(facts, key) for key in ("drops", "by-rule", "directions"))
    common = positions(facts, "fields")
    direction, version = common["direction"], common["version"]
    layouts = {text.encode(): _layout(common, positions(facts, text)) for text in ("4", "6")}

    def read(line: bytes) -> Fields | None:
        if b",in," not in line and b",out," not in line:
            return None
        comma = line.find(b",", max(line.find(b"filterlog"), 0))
        fields = line[line.rfind(b" ", 0, comma) + 1 :].split(b",", 26)
        if len(fields) <= version or fields[direction] not in directions:
            return None
        layout = layouts.get(fields[version])
        return layout(fields) if layout else None

    def verdict(fate: bytes) -> Verdict:
        reason, _, action = fate.partition(b",")
        if action not in drops:
            return Verdict.ALLOWED
        return Verdict.DROPPED if reason in by_rule else Verdict.OTHER

    return Format("filterlog", read, verdict, by_letters)


def _layout(common: dict[str, int], at: dict[str, int]) -> Callable[[list[bytes]], Fields | None]:
    """Takes the fields of one version of IP."""
    reason, action = common["reason"], common["action"]
    source, destination, number, text = (at[key] for key in ("source", "destination", "protocol", "text"))
    first, second, flags = (at[key] for key in ("source-port", "destination-port", "flags"))

    def taken(fields: list[bytes]) -> Fields | None:
        size = len(fields)
        if size <= destination:
            return None
        protocol = fields[number] if fields[number].isdigit() else fields[text]
        return (
            fields[reason] + b"," + fields[action],
            fields[source],
            fields[destination],
            protocol,
            fields[first] if size > first else None,
            fields[second] if size > second else None,
            fields[flags] if size > flags else None,
            1,
        )

    return taken
