"""Finds the format of lines; lines of several formats may follow each other."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.firewall.learn import filterlog, fortinet, kernel, nsx, paloalto
from antrea_ci.firewall.learn.packets import Fields, Format


def formats(drop_prefixes: Sequence[str] = ()) -> tuple[Format, ...]:
    """All of them."""
    prefixes = tuple(text.encode() for text in drop_prefixes)
    return (kernel.reader(prefixes), nsx.reader(), filterlog.reader(), paloalto.reader(), fortinet.reader())


def recognised(line: bytes, known: Sequence[Format]) -> tuple[Format, Fields] | None:
    """The format of a line, and what it has; None where it is of none of them."""
    for one in known:
        fields = one.read(line)
        if fields is not None:
            return one, fields
    return None
