"""Rules about the virtual addresses of API and ingress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from antrea_ci.findings import Finding
from antrea_ci.model.network.entry import Address, Entry, Network, parse_address, problem
from antrea_ci.model.network.limits import limits


@dataclass(frozen=True)
class Vips:
    """The addresses, and what they are judged by.

    ``machine`` holds the machine networks that can be read. ``primary`` is the family of the first machine network of
    a dual-stack cluster; 0 where there is one family. ``compared`` says that the installer itself compares the
    addresses with the machine networks. ``user_managed`` says that the user's own load balancer has the addresses.
    """

    api: Sequence[Entry]
    ingress: Sequence[Entry]
    machine: Sequence[Network]
    primary: int
    compared: bool
    user_managed: bool

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong with them."""
        yield from self._counts()
        for entries in (self.api, self.ingress):
            yield from self._families(entries)
            for entry in entries:
                yield from self._address(entry)
        if not self.user_managed:
            yield from self._shared()

    def _counts(self) -> Iterator[Finding]:
        most = limits()["vips"]["at_most"]
        for entries in (self.api, self.ingress):
            if len(entries) > most:
                yield problem("vip-count", entries[-1], f"there are {len(entries)} addresses, at most {most} can be")
        if bool(self.api) != bool(self.ingress):
            there, lacking = (self.api, "ingress") if self.api else (self.ingress, "API")
            yield problem("vip-missing", there[-1], f"there is no address for {lacking} beside it")
        elif len(self.api) != len(self.ingress):
            shorter = min(self.api, self.ingress, key=len)
            yield problem("vip-pairs", shorter[-1], "API and ingress have different numbers of addresses")

    def _families(self, entries: Sequence[Entry]) -> Iterator[Finding]:
        versions = [address.version for entry in entries if (address := _read(entry))]
        if len(versions) == len(entries) == 2 and len(set(versions)) == 1:
            yield problem("vip-families", entries[-1], f"both addresses are IPv{versions[0]}")
        if len(versions) == len(entries) == 1 and self.primary and versions[0] != self.primary:
            message = f"the only address is IPv{versions[0]}, the first machine network is IPv{self.primary}"
            yield problem("vip-families", entries[0], message)

    def _address(self, entry: Entry) -> Iterator[Finding]:
        address = _read(entry)
        if address is None:
            yield problem("vip", entry, f"{entry.text!r} is no IP address")
        elif self.machine and not self.user_managed:
            home = next((network for network in self.machine if address in network), None)
            if home is None:
                nets = ", ".join(str(network) for network in self.machine)
                rule = "vip-outside" if self.compared else "vip-elsewhere"
                yield problem(rule, entry, f"{address} is not in {nets}")
            elif _is_reserved(address, home):
                yield problem("vip-reserved", entry, f"{address} stands for the network {home} itself")

    def _shared(self) -> Iterator[Finding]:
        owners = {address: entry for entry in self.api if (address := _read(entry))}
        for entry in self.ingress:
            address = _read(entry)
            if address and address in owners:
                yield problem("vip-shared", entry, f"{address} is also {owners[address].place[0]}")


def _read(entry: Entry) -> Address | None:
    """The address; an IPv4 one in IPv6 clothes is an IPv4 one, as in Go."""
    try:
        address = parse_address(entry.text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if address.version == 6 else address


def _is_reserved(address: Address, network: Network) -> bool:
    """Whether no host can have it: the first address of a network, and the last one of an IPv4 network."""
    if network.prefixlen >= network.max_prefixlen - 1:
        return False
    return address == network.network_address or (network.version == 4 and address == network.broadcast_address)
