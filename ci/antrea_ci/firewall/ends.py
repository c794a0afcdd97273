"""Who the ends of rules are in one cluster: networks, addresses and hosts, as far as its files name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.antrea_options.config import Config
from antrea_ci.bundle.images import placeholders_in
from antrea_ci.firewall.addresses import End, end, goes_direct
from antrea_ci.firewall.antrea import flow_collector
from antrea_ci.firewall.bare_metal import bmcs
from antrea_ci.firewall.rule import further_hosts, groups, release_registries
from antrea_ci.image_references import Form, images_in, is_reference, repository_of
from antrea_ci.model.cluster import registry_host
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, mapping_at, text_at, texts_at, value_in_any_case
from antrea_ci.yamlio import Value, read_all

_RELEASE = "quay.io/openshift-release-dev"


@dataclass(frozen=True)
class Sources:
    """What names the ends.

    ``config`` is the install-config as it stands (None on Kubernetes); ``install`` is the AntreaInstall among the
    rendered ``objects`` (None where there is none), and ``agent`` what its agents hold.
    """

    cluster: Cluster
    config: Value
    objects: Sequence[Value]
    install: Value
    agent: Config

    def ends(self) -> Mapping[str, Sequence[End]]:
        """Every end that rows name; one of which no address is known is the group that it is called by."""
        plan = self.cluster.plan
        override, collector = end(self.agent.text("kubeAPIServerOverride")), flow_collector(self.agent)
        found = {
            "nodes": [End(entry.usual) for entry in plan.machine],
            "pods": [End(entry.usual) for entry in plan.cluster],
            "api": [End(entry.usual) for entry in plan.api_vips],
            "ingress": [End(entry.usual) for entry in plan.ingress_vips],
            "api-override": [override] if override else [],
            "flow-collector": [collector] if collector else [],
            "vcenters": self._vcenters(),
            "prism": self._prism(),
            "bmcs": bmcs(self.config, by_ipmi=False),
            "bmcs-by-ipmi": bmcs(self.config, by_ipmi=True),
            "registries": self.registries(),
            "proxies": self.proxies(),
            "time-servers": self._time_servers(),
            "nsx-managers": self._nsx_managers(),
        }
        named = {name: found.get(name) or [End(text)] for name, text in groups().items()}
        return {name: list(dict.fromkeys(self._addressed(ends))) for name, ends in named.items()}

    def _addressed(self, ends: Iterable[End]) -> Iterator[End]:
        """The addresses that cluster.yaml gives in the place of names."""
        known = self.cluster.file.firewall.addresses
        for one in ends:
            yield from (End(address, one.port) for address in known[one.name]) if known.get(one.name) else (one,)

    def proxies(self) -> list[End]:
        """The proxies of the install-config."""
        return _read(self._text("proxy", key) for key in ("httpProxy", "httpsProxy"))

    def registries(self) -> list[End]:
        """Where nodes pull from themselves: what goes through the proxy needs no way of its own."""
        named = [*self._image_hosts(), *self._mirrors(), *self._release_hosts()]
        found = _read(host for name in named for host in (name, *further_hosts(name)))
        if self._text("proxy", "httpsProxy"):
            return [one for one in found if goes_direct(one.name, self._text("proxy", "noProxy"))]
        return found

    def joins_nsx(self) -> bool:
        """Whether the cluster joins NSX, or is prepared for it: firewalls are opened before."""
        nsx, inside = self.cluster.file.nsx, mapping_at(self.install, ("spec",))
        return nsx.enabled or bool(nsx.managers) or inside.get("enableInterworking") is True

    def _text(self, *path: str) -> str:
        found = value_in_any_case(self.config, path)
        return found if isinstance(found, str) else ""

    def _items(self, *path: str) -> list[Value]:
        return items_at(value_in_any_case(self.config, path), ())

    def _vcenters(self) -> list[End]:
        """A failure domain names a vCenter without the port that the vCenter's own entry may give."""
        at = ("platform", "vsphere")
        entries = [entry for key in ("vcenters", "failureDomains") for entry in self._items(*at, key)]
        found = _read([self._text(*at, "vCenter")])
        found += [End(one.name, one.port or _own_port(entry)) for entry in entries for one in _named(entry, "server")]
        ports = {one.name: one.port for one in found if one.port}
        return [End(one.name, ports.get(one.name, "")) for one in found]

    def _prism(self) -> list[End]:
        at = ("platform", "nutanix")
        central = value_in_any_case(self.config, (*at, "prismCentral"))
        places = [value_in_any_case(one, ("endpoint",)) for one in (central, *self._items(*at, "prismElements"))]
        return [End(one.name, one.port or _own_port(place)) for place in places for one in _named(place, "address")]

    def _image_hosts(self) -> Iterator[str]:
        """The registries of the images that the objects name, and of those in cluster.yaml."""
        images = self.cluster.file.images
        named = [images.operator, images.antrea, images.agent, images.controller, images.interworking]
        found = [text for one in self.objects for text in images_in(mapping_at(one, ()))]
        named += [text.text for text in found if text.form is Form.FIELD and is_reference(text.text)]
        yield from (registry_host(repository_of(image)) for image in named if image)

    def _mirrored(self) -> list[Value]:
        return [entry for key in ("imageDigestSources", "imageContentSources") for entry in self._items(key)]

    def _mirrors(self) -> Iterator[str]:
        for entry in self._mirrored():
            yield from map(registry_host, texts_at(value_in_any_case(entry, ("mirrors",)), ()))
        if self.cluster.file.site.mirrorRegistry:
            yield registry_host(self.cluster.file.site.mirrorRegistry)

    def _release_hosts(self) -> Iterator[str]:
        """OpenShift's own registries, where no mirror serves the release."""
        sources = [value_in_any_case(entry, ("source",)) for entry in self._mirrored()]
        is_mirrored = any(str(source).startswith(_RELEASE) for source in sources)
        if self.cluster.file.flavour == "openshift" and not is_mirrored:
            yield from release_registries()

    def _time_servers(self) -> list[End]:
        more = self._items("platform", "baremetal", "additionalNTPServers")
        return _read([*self.cluster.file.site.ntpServers, *(one for one in more if isinstance(one, str))])

    def _nsx_managers(self) -> list[End]:
        documents, _ = read_all(text_at(self.install, ("spec", "bootstrapConfig")), "")
        inside = texts_at(documents[0].value, ("NSXManagers",)) if documents else []
        # Of rendered/install they may be the vendor's placeholders, which only phase 2 fills.
        named = (one for one in inside if not any(placeholders_in(one)))
        return _read([*self.cluster.file.nsx.managers, *named])


def _read(texts: Iterable[str]) -> list[End]:
    return [found for text in texts if (found := end(text))]


def _named(entry: Value, key: str) -> list[End]:
    name = value_in_any_case(entry, (key,))
    return _read([name]) if isinstance(name, str) else []


def _own_port(entry: Value) -> str:
    port = value_in_any_case(entry, ("port",))
    return str(port) if isinstance(port, int) and port else ""
