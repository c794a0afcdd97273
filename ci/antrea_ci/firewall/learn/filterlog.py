"""Lines of filterlog, the packet filter's log of pfSense and OPNsense: comma-separated, fields by version of IP."""

from __future__ import annotations

from antrea_ci.firewall.learn.packets import (
    NO_RULE,
    PASSED,
    Handshake,
    Packet,
    Reader,
    dropped,
    handshake,
    positions,
    protocol_of,
    section,
    words,
)


def reader() -> Reader:
    """Reads such lines, with any header of syslog before them, or none."""
    facts = section("filterlog")
    drops, by_rule, directions = (words(facts, key) for key in ("drops", "by-rule", "directions"))
    common = positions(facts, "fields")
    reason, action, direction, version = (common[key] for key in ("reason", "action", "direction", "version"))
    layouts = {text.encode(): _Layout(positions(facts, text)) for text in ("4", "6")}

    def read(line: bytes) -> Packet | None:
        if b",in," not in line and b",out," not in line:
            return None
        comma = line.find(b",", max(line.find(b"filterlog"), 0))
        fields = line[line.rfind(b" ", 0, comma) + 1 :].split(b",", 26)
        if len(fields) <= version or fields[direction] not in directions:
            return None
        layout = layouts.get(fields[version])
        if layout is None:
            return None
        if fields[action] not in drops:
            return PASSED
        return layout.packet(fields) if fields[reason] in by_rule else NO_RULE

    return read


class _Layout:
    """Where the fields of one version of IP are."""

    def __init__(self, at: dict[str, int]) -> None:
        self._ends = at["source"], at["destination"]
        self._ports = at["source-port"], at["destination-port"]
        self._protocol = at["protocol"], at["text"]
        self._flags = at["flags"]

    def packet(self, fields: list[bytes]) -> Packet | None:
        source, destination = self._ends
        if len(fields) <= destination:
            return None
        number, text = self._protocol
        protocol = fields[number] if protocol_of(fields[number]) else fields[text]
        first, second = (fields[at] if at < len(fields) else None for at in self._ports)
        shake = handshake(fields[self._flags]) if len(fields) > self._flags else Handshake.UNKNOWN
        return dropped((fields[source], fields[destination]), protocol, (first, second), shake)
