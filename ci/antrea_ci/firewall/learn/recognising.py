"""Finds the format of each line; lines of several formats may follow each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from antrea_ci.firewall.learn import filterlog, fortinet, kernel, nsx, paloalto
from antrea_ci.firewall.learn.packets import Packet, Reader


def readers(drop_prefixes: Sequence[str] = ()) -> dict[str, Reader]:
    """A reader for each format, by its name in the facts."""
    prefixes = tuple(text.encode() for text in drop_prefixes)
    return {
        "kernel": kernel.reader(prefixes),
        "nsx": nsx.reader(),
        "filterlog": filterlog.reader(),
        "paloalto": paloalto.reader(),
        "fortinet": fortinet.reader(),
    }


def recogniser(drop_prefixes: Sequence[str] = ()) -> Callable[[bytes], tuple[str, Packet] | None]:
    """Reads a line of any format. The format of the line before is tried first: it is most often the same."""
    order = list(readers(drop_prefixes).items())

    def read(line: bytes) -> tuple[str, Packet] | None:
        for index, (name, reader) in enumerate(order):
            packet = reader(line)
            if packet is not None:
                if index:
                    order.insert(0, order.pop(index))
                return name, packet
        return None

    return read
