"""What `nsx check` asks the outside: every port of every manager, the managers' certificates, the image's registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from antrea_ci.bounded import each
from antrea_ci.catalogue import completed
from antrea_ci.exchange import Fault, Line, NoAnswerError, ask
from antrea_ci.findings import Finding, Location
from antrea_ci.firewall.rule import rows
from antrea_ci.images.registry import Logins
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx.access import site_certificates
from antrea_ci.nsx.addresses import base_of
from antrea_ci.nsx.doors import HTTPS, Address, address_of
from antrea_ci.preflight.reach import Reach, reach
from antrea_ci.preflight.site import Means, Site
from antrea_ci.secrets import Secrets
from antrea_ci.web import trust_as_in_go

_UNTRUSTED = (Fault.UNTRUSTED, Fault.EXPIRED, Fault.OTHER_NAME)
_VERSION = "/api/v1/node/version"


def _ports() -> tuple[int, ...]:
    return tuple(int(port) for port in rows()["nsx"].ports)


@dataclass(frozen=True)
class Outside:
    """How long to wait for each answer, in seconds, and which ports managers have."""

    seconds: float = 5.0
    ports: tuple[int, ...] = field(default_factory=_ports)


@dataclass(frozen=True)
class _Door:
    """A port of a manager, and where cluster.yaml names the manager."""

    manager: str
    address: Address
    port: int
    place: Location

    @property
    def shown(self) -> str:
        return f"port {self.port} of the NSX manager {self.manager}"


def outside_findings(cluster: Cluster, secrets: Secrets, outside: Outside) -> list[Finding]:
    """All at once, each in bounded time. Nodes may reach what cannot be reached from here, and the other way round."""
    doors = list(_doors(cluster, outside))
    trust = trust_as_in_go(site_certificates(cluster))
    line = Line(trust, outside.seconds, lambda _: None)
    found = each(lambda door: list(_of_door(door, line)), doors)
    return [*(finding for one in found for finding in one), *image_findings(cluster, secrets)]


def _doors(cluster: Cluster, outside: Outside) -> Iterator[_Door]:
    for index, manager in enumerate(cluster.file.nsx.managers):
        address, place = address_of(manager), cluster.document.locate(("nsx", "managers", index))
        if address:
            yield from (
                _Door(manager, address, address.port if port == HTTPS else port, place) for port in outside.ports
            )


def _of_door(door: _Door, line: Line) -> Iterator[Finding]:
    state = reach(door.address.host, door.port, line.seconds)
    if state is Reach.REFUSED:
        yield _closed(door, "refuses connections: nothing listens there, or a firewall rejects them")
    elif state is Reach.SILENT:
        yield _closed(door, f"does not answer within {line.seconds:g} s: a firewall may drop it, or the name is wrong")
    elif door.port == door.address.port and not door.address.is_plain:
        yield from _of_api(door, line)


def _of_api(door: _Door, line: Line) -> Iterator[Finding]:
    """Any answer will do: without a login it is a refusal."""
    try:
        ask(line, "GET", base_of(door.manager) + _VERSION)
    except NoAnswerError as error:
        if error.fault in _UNTRUSTED:
            yield Finding("nsx-check/tls", f"{door.shown}: {error}", location=door.place)
        else:
            yield _closed(door, f"is open, and no NSX manager answers there: {error}")


def _closed(door: _Door, what: str) -> Finding:
    return Finding("nsx-check/port", f"{door.shown} {what}", location=door.place)


def image_findings(cluster: Cluster, secrets: Secrets) -> list[Finding]:
    """Why nodes could not pull the interworking image."""
    from antrea_ci.images.mirrors import platforms_of
    from antrea_ci.images.verdict import findings
    from antrea_ci.images.verify import Wanted, verified
    from antrea_ci.preflight.registry import outside, untrusted_fix

    image = cluster.file.images.interworking
    if image is None:
        return []
    site = Site.of(cluster, secrets, (image,), cluster.repo.root, Means())
    platforms = platforms_of(site.config) if site.config else ()
    wanted = Wanted(image, platforms, cluster.document.locate(("images", "interworking")))
    reach_out = outside(site, plain_on_loopback=True)
    if not secrets.get("ANTREA_GITOPS_PULL_SECRET"):
        reach_out = replace(reach_out, logins=_own_login(secrets))
    found = completed(findings(verified([wanted], reach_out), untrusted_fix(site)))
    return [replace(finding, rule="nsx-check/image") for finding in found]


def _own_login(secrets: Secrets) -> Logins:
    """That of our own registry, for whatever image."""

    def login(image: str) -> tuple[str, str] | None:
        del image
        return secrets.login("ANTREA_GITOPS_SECRET_REGISTRY")

    return login
