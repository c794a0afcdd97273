"""One network or address as it was written, and the ways of reading it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

from antrea_ci.findings import Finding, Location, Severity

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Place: TypeAlias = tuple[str, Location]
Parsed: TypeAlias = tuple["Entry", Network]


@dataclass(frozen=True)
class Entry:
    """One network or address as it was written, and where.

    A ``host_prefix`` of None or 0 says that none was given: the installer does not tell them apart.
    """

    text: str
    place: Place
    host_prefix: int | None = None
    host_prefix_place: Place | None = None

    @property
    def usual(self) -> str:
        """The network or address as all its spellings are usually written; the text itself where it is neither."""
        for read in (parse_network, parse_address):
            with suppress(ValueError):
                return str(read(self.text))
        return self.text

    @property
    def prefix(self) -> Entry:
        """This entry as the place of its host prefix, where that stands elsewhere."""
        return replace(self, place=self.host_prefix_place or self.place)


def entries_at(
    texts: Sequence[str], place: Callable[[int], Place], host_prefixes: Sequence[int | None] = ()
) -> tuple[Entry, ...]:
    """Entries for ``texts``; ``place`` tells the name and location of the n-th, ``host_prefixes`` run beside them."""
    padded = [*host_prefixes, *[None] * len(texts)]
    return tuple(Entry(text, place(index), padded[index]) for index, text in enumerate(texts))


def problem(rule: str, entry: Entry, message: str, *, severity: Severity = Severity.ERROR, fix: str = "") -> Finding:
    """A finding of ``network/<rule>`` about one entry, named as its reader knows it."""
    name, location = entry.place
    return Finding(f"network/{rule}", f"{name}: {message}", severity, location, fix=fix)


def parse_network(text: str) -> Network:
    """The network that ``text`` writes, without host bits; ValueError says what to write instead."""
    if "/" not in text:
        raise ValueError(f"{text!r} is no network; write address and prefix, such as 10.1.224.0/24")
    try:
        start, loose = parse_interface(text)
    except ValueError:
        raise ValueError(f"{text!r} is no network; {_meant(text)}") from None
    if loose.network_address != start:
        raise ValueError(f"{text!r} has host bits set; did you mean {loose}?")
    if int(start) == 0:
        raise ValueError(f"{text!r} starts at the unspecified address; name a network of your own")
    return loose


def _meant(text: str) -> str:
    """What to write instead of ``text``, whose netmask Python knows how to read."""
    try:
        return f"did you mean {ip_network(text.strip(), strict=False)}?"
    except ValueError:
        return "write it as 10.1.224.0/24 or fd00::/48"


def parse_interface(text: str) -> tuple[Address, Network]:
    """An address and its network, read as Go's net.ParseCIDR does: no netmask, no zone. ValueError if it is none."""
    address, _, length = text.partition("/")
    if not (length.isascii() and length.isdigit()):
        raise ValueError(text)
    parsed = parse_address(address)
    return parsed, ip_network((parsed, int(length)), strict=False)


def parse_address(text: str) -> Address:
    """The address that ``text`` writes, read as Go's net.ParseIP does: without a zone. ValueError if it is none."""
    if "%" in text:
        raise ValueError(text)
    return ip_address(text)
