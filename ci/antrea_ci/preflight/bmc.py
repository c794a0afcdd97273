"""The management controllers of platform baremetal: each answers at its address."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from antrea_ci.bounded import each, within
from antrea_ci.findings import Location
from antrea_ci.install_config.baremetal_bmc import driver_of
from antrea_ci.install_config.section import Section
from antrea_ci.preflight.reach import Reach, reach
from antrea_ci.preflight.site import Found, NotApplicableError, Site, error

# An RMCP presence ping, and the type of its answer (DMTF DSP0136 section 3.2.4).
_PING = bytes.fromhex("0600ff06000011be80000000")
_PONG_TYPE, _PONG_AT = 0x40, 8
_OF_IPMI = ("ipmi", "libvirt")


@dataclass(frozen=True)
class _Bmc:
    shown: str
    host: str
    port: int
    by_ipmi: bool
    place: Location


def probe(site: Site) -> Found:
    """TCP for those that speak HTTP, a ping of RMCP over UDP for IPMI; nobody logs in."""
    config = site.openshift()
    if site.cluster.platform != "baremetal":
        raise NotApplicableError(f"platform {site.cluster.platform} has no BMCs")
    hosts = Section(config, ("platform", "baremetal")).each("hosts")
    bmcs = [_read(host.below("bmc"), site) for host in hosts if host.text("bmc", "address")]
    if not bmcs:
        raise NotApplicableError("no host of install-config.yaml has a bmc.address")
    for bmc, answers in zip(bmcs, each(lambda bmc: _answers(bmc, site), bmcs), strict=True):
        if not answers:
            port = f"{bmc.port}{'/udp' if bmc.by_ipmi else ''}"
            message = f"the BMC {bmc.shown} does not answer at {bmc.host} port {port}"
            yield error("preflight/bmc", bmc.place, message)


def _read(bmc: Section, site: Site) -> _Bmc:
    address = bmc.text("address")
    scheme, _ = driver_of(address)
    name, _, transport = scheme.partition("+")
    rest = re.sub(r"^[a-zA-Z0-9+.-]*:(?=//)", "", address)
    parts = urlsplit(rest if "//" in rest else f"//{rest.removeprefix(f'{scheme}:')}")
    ports = site.means.ports
    usual = ports["ipmi"] if name in _OF_IPMI else ports["http" if transport == "http" else "https"]
    place = bmc.config.locate((*bmc.path, "address"))
    return _Bmc(
        f"{scheme}://{parts.netloc.rpartition('@')[2]}",
        parts.hostname or "",
        parts.port or usual,
        name in _OF_IPMI,
        place,
    )


def _answers(bmc: _Bmc, site: Site) -> bool:
    try:
        if bmc.by_ipmi:
            return within(site.means.answer, lambda: _pong(bmc, site.means.connect))
        return within(site.means.answer, lambda: reach(bmc.host, bmc.port, site.means.connect) is Reach.OPEN)
    except OSError:
        return False


def _pong(bmc: _Bmc, seconds: float) -> bool:
    family, kind, protocol, _, address = socket.getaddrinfo(bmc.host, bmc.port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as udp:
        udp.settimeout(seconds)
        udp.connect(address)
        udp.send(_PING)
        answer = udp.recv(512)
    return len(answer) > _PONG_AT and answer[_PONG_AT] == _PONG_TYPE
