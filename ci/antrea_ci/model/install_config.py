"""What this tool needs to know of install-config.yaml: names, networks and virtual addresses, each with its place.

The installer's own schema is far larger; keys that are not read here pass untouched.
"""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.findings import Finding
from antrea_ci.model.network import Entry, NetworkPlan, entries_at
from antrea_ci.yamlio import Document, Value

_NETWORK_TYPE = "antrea"
_PLATFORM_VIPS = {"api": ("apiVIPs", "apiVIP"), "ingress": ("ingressVIPs", "ingressVIP")}


@dataclass(frozen=True)
class InstallConfig:
    """The part of an install-config.yaml that decides about the network."""

    name: str
    base_domain: str
    platform: str
    control_plane: int
    compute: int
    plan: NetworkPlan


def read_install_config(document: Document) -> tuple[InstallConfig, list[Finding]]:
    """The values and every fault of those that are read here; a missing one reads as empty."""
    reader = _Reader(document)
    platform = reader.platform()
    name, base_domain = reader.text("metadata", "name"), reader.text("baseDomain")
    control_plane, compute = reader.replicas("controlPlane"), reader.compute_replicas()
    reader.network_type()
    plan = NetworkPlan(
        machine=reader.networks("machineNetwork"),
        cluster=reader.networks("clusterNetwork"),
        service=reader.networks("serviceNetwork"),
        api_vips=reader.vips(platform, "api"),
        ingress_vips=reader.vips(platform, "ingress"),
        nodes=control_plane + compute,
        platform=platform,
        user_managed_load_balancer=reader.value("platform", platform, "loadBalancer", "type") == "UserManaged",
    )
    return InstallConfig(name, base_domain, platform, control_plane, compute, plan), reader.findings


class _Reader:
    """Takes single values out of the document and collects what is wrong with their form."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Finding] = []

    def value(self, *path: str | int) -> Value:
        current: Value = self.document.mapping
        for step in path:
            if isinstance(current, dict):
                current = current.get(str(step))
            elif isinstance(current, list) and isinstance(step, int) and step < len(current):
                current = current[step]
            else:
                return None
        return current

    def text(self, *path: str) -> str:
        value = self.value(*path)
        if isinstance(value, str) and value:
            return value
        self._fault("required", path, "is missing or is no text", fix=f"add `{path[-1]}`")
        return ""

    def platform(self) -> str:
        value = self.value("platform")
        if isinstance(value, dict) and len(value) == 1:
            return next(iter(value))
        self._fault("platform", ("platform",), "must hold exactly one platform, such as `vsphere: {...}`")
        return "none"

    def network_type(self) -> None:
        value = self.value("networking", "networkType")
        if value != _NETWORK_TYPE:
            self.findings.append(
                Finding(
                    "install-config/network-type",
                    f"networking.networkType is {value!r}, it must be {_NETWORK_TYPE!r}",
                    location=self.document.locate(("networking", "networkType")),
                    why="the installer accepts any spelling in silence, and another network is deployed, or none",
                    fix="write `networkType: antrea`",
                    source="DOMAIN 5.2",
                    stricter=True,
                )
            )

    def replicas(self, pool: str) -> int:
        value = self.value(pool, "replicas")
        return value if isinstance(value, int) else 3

    def compute_replicas(self) -> int:
        pools = self.value("compute")
        if not isinstance(pools, list):
            return 3
        counts = [pool.get("replicas") for pool in pools if isinstance(pool, dict)]
        return sum(count if isinstance(count, int) else 3 for count in counts)

    def networks(self, kind: str) -> tuple[Entry, ...]:
        value = self.value("networking", kind)
        if not isinstance(value, list) or not value:
            why = "the installer's default would be taken in silence, which is hardly ever the site's network"
            self._fault("required", ("networking", kind), "is missing or is no list", why=why, fix=f"add `{kind}`")
            return ()
        texts = [item.get("cidr") if isinstance(item, dict) else item for item in value]
        prefixes = [item.get("hostPrefix") if isinstance(item, dict) else None for item in value]
        return entries_at(
            [text if isinstance(text, str) else "" for text in texts],
            lambda index: (f"networking.{kind}[{index}]", self.document.locate(("networking", kind, index))),
            [prefix if isinstance(prefix, int) else None for prefix in prefixes],
        )

    def vips(self, platform: str, kind: str) -> tuple[Entry, ...]:
        plural, singular = _PLATFORM_VIPS[kind]
        many, one = self.value("platform", platform, plural), self.value("platform", platform, singular)
        if isinstance(many, list):
            base = ("platform", platform, plural)
            texts = [text if isinstance(text, str) else "" for text in many]
            return entries_at(texts, lambda i: (f"{'.'.join(base)}[{i}]", self.document.locate((*base, i))))
        if isinstance(one, str):
            base = ("platform", platform, singular)
            return (Entry(one, (".".join(base), self.document.locate(base))),)
        return ()

    def _fault(self, name: str, path: tuple[str, ...], message: str, *, why: str = "", fix: str = "") -> None:
        location = self.document.locate(path)
        dotted = ".".join(path)
        self.findings.append(
            Finding(
                f"install-config/{name}",
                f"`{dotted}` {message}",
                location=location,
                why=why,
                fix=fix,
                source="DOMAIN 5",
            )
        )
