"""A session with a vCenter: log in, look for objects by their paths, read names, log out."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote

from antrea_ci.exchange import NoAnswerError
from antrea_ci.vsphere.elements import Element
from antrea_ci.vsphere.soap import Reference, Soap, SoapFaultError, argument, reference_in

_SERVICE = Reference("ServiceInstance", "ServiceInstance")
_NAMES = ("sessionManager", "searchIndex", "propertyCollector", "rootFolder")


@dataclass(frozen=True)
class About:
    """What a server says of itself before any login. ``kind`` is VirtualCenter for a vCenter, HostAgent for a host."""

    name: str
    kind: str
    version: str
    build: str


@dataclass(frozen=True)
class Services:
    """The objects through which a vCenter is asked."""

    sessions: Reference
    index: Reference
    properties: Reference
    root: Reference


class Session:
    """What can be read after a login. Objects that the user may not see are as if they were not there."""

    def __init__(self, soap: Soap, services: Services) -> None:
        self._soap = soap
        self._services = services

    @property
    def root(self) -> Reference:
        """The folder above every datacenter."""
        return self._services.root

    def find(self, path: str) -> Reference | None:
        """The object at an inventory path such as ``/DC0/host/DC0_C0``."""
        found = self._soap.call("FindByInventoryPath", self._services.index, argument("inventoryPath", path))
        return reference_in(found[0]) if found else None

    def references(self, of: Reference, name: str) -> tuple[Reference, ...]:
        """The objects that the property ``name`` lists."""
        values = [value for content in self._property(of.kind, name, [of]) for value in content.each("propSet", "val")]
        return tuple(found for value in values for item in value.children if (found := reference_in(item)))

    def names(self, of: Sequence[Reference]) -> dict[Reference, str]:
        """The name of each object, as people see it: a slash in it is not escaped."""
        found: dict[Reference, str] = {}
        for content in self._property("ManagedEntity", "name", of) if of else ():
            if reference := reference_in(content.first("obj")):
                found[reference] = unquote(content.said("propSet", "val"))
        return found

    def _property(self, kind: str, name: str, objects: Sequence[Reference]) -> list[Element]:
        wanted = argument("type", kind) + argument("pathSet", name)
        listed = "".join(f"<objectSet>{each.as_xml('obj')}</objectSet>" for each in objects)
        spec = f"<specSet><propSet>{wanted}</propSet>{listed}</specSet>"
        return self._soap.call("RetrieveProperties", self._services.properties, spec)


def about(soap: Soap) -> tuple[About, Services]:
    """What answers at the address, and the services that it offers."""
    found = soap.call("RetrieveServiceContent", _SERVICE)
    content = found[0] if found else Element("", {})
    told = content.first("about")
    services = [reference_in(content.first(name)) for name in _NAMES]
    sessions, index, properties, root = (each or _SERVICE for each in services)
    kinds = (told.said(name) for name in ("fullName", "apiType", "version", "build"))
    return About(*kinds), Services(sessions, index, properties, root)


@contextmanager
def logged_in(soap: Soap, services: Services, user: str, password: str) -> Generator[Session]:
    """A session that is ended afterwards. SoapFaultError where the vCenter does not take the login."""
    login = (argument("userName", user), argument("password", password))
    soap.call("Login", services.sessions, *login)
    try:
        yield Session(soap, services)
    finally:
        with suppress(SoapFaultError, NoAnswerError):
            soap.call("Logout", services.sessions)
