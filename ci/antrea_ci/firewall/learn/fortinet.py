"""Traffic logs of FortiOS: pairs of key and value, with spaces or (CSV) commas between them, values or pairs in quotes."""

from __future__ import annotations

from antrea_ci.firewall.learn.packets import PASSED, Packet, Reader, dropped, section, text_of_keys, word, words


def reader() -> Reader:
    """Reads such lines, with any header of syslog before them, or none."""
    facts = section("fortinet")
    keys, drops, kind = text_of_keys(facts), words(facts, "drops"), word(facts, "type")
    mark = keys["source"]
    # By what stands before a key: a space, a comma, or a quote where the whole pair is quoted.
    by_separator = {sign: {name: sign + key for name, key in keys.items()} for sign in (b" ", b",", b'"', b"\t")}

    def read(line: bytes) -> Packet | None:
        at = line.find(mark)
        if at < 0:
            return None
        separator = line[at - 1 : at] if at else b" "
        wanted = by_separator.get(separator)
        if wanted is None:
            return None

        def value(name: str) -> bytes:
            key = wanted[name]
            start = line.find(key)
            if start < 0:
                return b""
            start += len(key)
            end = line.find(separator, start)
            return line[start : end if end >= 0 else len(line)].strip(b'", \t')

        if value("type") not in (kind, b""):
            return PASSED
        action = value("action")
        if action not in drops:
            return PASSED if action else None
        source = value("source") if at else line[len(mark) :].partition(b" ")[0].strip(b'"')
        ports = value("source-port"), value("destination-port")
        return dropped((source, value("destination")), value("protocol"), ports)

    return read
