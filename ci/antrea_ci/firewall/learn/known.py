"""What listens at a port, as far as the facts know."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from antrea_ci.facts import facts
from antrea_ci.firewall.learn.pairs import NO_PORT
from antrea_ci.firewall.rule import rows
from antrea_ci.values import items_at, text_at, texts_at, value_at


class Known(NamedTuple):
    """What it is, and the source of that."""

    what: str
    fact: str


@cache
def known(protocol: str, port: int) -> Known | None:
    """Single ports before ranges, and general names before the reason of a row; None where nobody knows.

    ``port`` is NO_PORT where the protocol has none.
    """
    fitting = [
        (last - first, what) for named, first, last, what in _all() if named == protocol and first <= port <= last
    ]
    return min(fitting, key=lambda one: one[0])[1] if fitting else None


@cache
def _all() -> tuple[tuple[str, int, int, Known], ...]:
    return (*_names(), *_rows())


def _rows() -> Iterator[tuple[str, int, int, Known]]:
    for row in rows().values():
        for protocol in row.protocols:
            for port in row.ports:
                yield protocol, *_range(port), Known(row.reason, row.fact)


def _names() -> Iterator[tuple[str, int, int, Known]]:
    for entry in items_at(facts("firewall-logs"), ("names",)):
        protocols = texts_at(entry, ("protocol",)) or [text_at(entry, ("protocol",))]
        known = Known(text_at(entry, ("what",)), text_at(entry, ("fact",)))
        for protocol in protocols:
            yield protocol, *_range(str(value_at(entry, ("port",)))), known


def _range(port: str) -> tuple[int, int]:
    first, _, last = port.partition("-")
    return int(first or NO_PORT), int(last or first or NO_PORT)
