"""The BMCs of a bare-metal cluster, through which its machines are powered on and given their image."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.firewall.addresses import End, end
from antrea_ci.firewall.rule import Wanted
from antrea_ci.install_config.baremetal_bmc import driver_of
from antrea_ci.values import items_at, value_in_any_case
from antrea_ci.yamlio import Value

_BY_IPMI = ("ipmi", "libvirt")


def bmcs(config: Value, *, by_ipmi: bool) -> list[End]:
    """The BMCs that the install-config names, with the ports that their addresses have: those of IPMI, or of HTTP."""
    return [found for found, is_ipmi in _all(config) if is_ipmi is by_ipmi]


def bare_metal_rows(config: Value) -> Iterator[Wanted]:
    """The rows of an installation that powers machines on by itself."""
    by_http, by_ipmi = bmcs(config, by_ipmi=False), bmcs(config, by_ipmi=True)
    if by_http:
        yield from (Wanted("bmc"), Wanted("bmc-image"))
    if by_ipmi:
        yield Wanted("bmc-ipmi")
    if by_http or by_ipmi:
        yield Wanted("ironic")


def _all(config: Value) -> Iterator[tuple[End, bool]]:
    for host in items_at(value_in_any_case(config, ("platform", "baremetal", "hosts")), ()):
        address = value_in_any_case(host, ("bmc", "address"))
        if isinstance(address, str) and (found := _end(address)):
            yield found


def _end(address: str) -> tuple[End, bool] | None:
    scheme, _ = driver_of(address)
    name, _, transport = scheme.partition("+")
    rest = address.partition("://")[2] or address.removeprefix(f"{scheme}:")
    found = end(rest.partition("/")[0])
    usual = "80" if transport == "http" else ""
    return (End(found.name, found.port or usual), name in _BY_IPMI) if found else None
