"""The names of the cluster: there, and with the addresses that install-config gives to API and ingress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from antrea_ci.bounded import each
from antrea_ci.findings import Finding
from antrea_ci.install_config.vips import api_vips, ingress_vips
from antrea_ci.model.network import Entry
from antrea_ci.preflight.limits import limits
from antrea_ci.preflight.names import NameFaultError, Trouble, addresses
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error, warning

_CHANGED = "after a change of DNS wait until its old answers have expired"


@dataclass(frozen=True)
class _Name:
    """A name, and the addresses that it should have; none where any will do."""

    name: str
    record: str
    vips: tuple[Entry, ...] = ()
    is_wildcard: bool = False


@dataclass(frozen=True)
class _Asked:
    """A name and its answer."""

    name: _Name
    addresses: tuple[str, ...] = ()
    trouble: Trouble | None = None


def probe(site: Site) -> Found:
    """Asks for every name at once; a name that has no address is told with how the name servers took it."""
    names = _names(site)

    def ask(name: _Name) -> _Asked:
        try:
            seconds = min(limits()["seconds"]["name"], site.means.seconds)
            return _Asked(name, addresses(name.name, site.means.resolve, seconds))
        except NameFaultError as fault:
            return _Asked(name, trouble=fault.trouble)

    answers = each(ask, names)
    yield from _silence(site, answers)
    yield from _missing(site, [asked.name for asked in answers if asked.trouble is Trouble.MISSING])
    for asked in answers:
        if asked.addresses and asked.name.vips:
            yield from _compared(asked)


def _names(site: Site) -> list[_Name]:
    config = site.openshift()
    facts = limits()["dns"]
    if site.cluster.platform in facts["by_installer"] and site.cluster.method == "ipi":
        raise NotApplicableError(f"the installer makes the names of platform {site.cluster.platform} itself")
    api, ingress = api_vips(config), ingress_vips(config)
    names = [_Name(f"api.{site.domain}", f"api.{site.domain}", api)]
    if not api:
        # source: the node's own name server answers for it only where there are virtual addresses
        # (openshift/installer pkg/asset/installconfig/vsphere/validation.go, ensureDNS)
        names.append(_Name(f"api-int.{site.domain}", f"api-int.{site.domain}"))
    record = f"*.apps.{site.domain}"
    names += [_Name(f"{label}.apps.{site.domain}", record, ingress) for label in facts["apps"]]
    return [*names, _Name(f"{facts['wildcard']}.apps.{site.domain}", record, ingress, is_wildcard=True)]


def _silence(site: Site, answers: Sequence[_Asked]) -> Found:
    """One finding for all names that nobody answered for: their cause is one."""
    for trouble in (Trouble.FAILING, Trouble.SILENT):
        names = [asked.name.name for asked in answers if asked.trouble is trouble]
        if names:
            message = f"{trouble.value}: {', '.join(names)}"
            yield error("preflight/dns-server", site.place("baseDomain"), message)


def _missing(site: Site, names: Sequence[_Name]) -> Found:
    """One finding a record; the name that only a wildcard answers for counts where every other one is there."""
    place = site.place("baseDomain")
    # Machines that the user starts come after this: names that are made until then are in time.
    tell = error if site.cluster.method == "ipi" else warning
    for record in dict.fromkeys(name.record for name in names):
        lacking = [name for name in names if name.record == record]
        wanted = " and ".join(entry.usual for entry in lacking[0].vips) or "the address of your load balancer"
        fix = f"add the record {record} with {wanted}; {_CHANGED}"
        own = [name.name for name in lacking if not name.is_wildcard]
        if own:
            message = f"{', '.join(own)} {'have' if len(own) > 1 else 'has'} no address"
            yield tell("preflight/dns-missing", place, message, fix=fix)
        else:
            message = (
                f"{record} is no wildcard: {lacking[0].name} has no address, names of the cluster's own routes have"
            )
            yield warning("preflight/dns-wildcard", place, message, fix=fix)


def _compared(asked: _Asked) -> Iterator[Finding]:
    """The answer against the virtual addresses: all of them, and no other."""
    vips = {entry.usual: entry for entry in asked.name.vips}
    found = [str(ip_address(address)) for address in asked.addresses]
    strangers = [address for address in found if address not in vips]
    place = asked.name.vips[0].place
    wanted = " and ".join(vips)
    fix = f"let {asked.name.record} have {wanted} only, or correct {place[0]}; {_CHANGED}"
    if strangers and len(found) == len(strangers):
        message = f"{asked.name.name} is {' and '.join(found)}, and {place[0]} is {wanted}"
        yield error("preflight/dns-address", place[1], message, fix=fix)
    elif strangers:
        message = f"{asked.name.name} has {' and '.join(found)}; {' and '.join(strangers)} is not in {place[0]}"
        yield error("preflight/dns-several", place[1], message, fix=fix)
    else:
        for address, entry in vips.items():
            if address not in found:
                message = f"{asked.name.name} has no record for {address}, only for {' and '.join(found)}"
                yield warning("preflight/dns-family", entry.place[1], message, fix=f"add it to {asked.name.record}")
