"""Whether the adapters, which use the node's own address, take a port that Antrea has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.bundle.objects import CR_GROUP, BundleObject
from antrea_ci.firewall.antrea import configuration
from antrea_ci.firewall.rule import rows
from antrea_ci.nsx import known
from antrea_ci.nsx.bootstrap import told_values
from antrea_ci.values import items_at, mapping_at, text_at, value_at
from antrea_ci.yamlio import Path

_PODS = ("spec", "template", "spec")


@dataclass(frozen=True)
class Taken:
    """A port at the node's address, which object says so and where, and for whom."""

    port: int
    item: BundleObject
    path: Path
    what: str


def clashes(install: BundleObject | None, objects: Sequence[BundleObject], version: str) -> Iterator[tuple[Taken, str]]:
    """Each port of an adapter that Antrea takes too, and for what Antrea takes it.

    ``install`` is the AntreaInstall; without one Antrea's defaults count. ``objects`` are those of phase 2.
    """
    antrea = _antrea_ports(install, version)
    seen: set[int] = set()
    for taken in [*_configured(objects), *_container_ports(objects)]:
        if taken.port in antrea and taken.port not in seen:
            seen.add(taken.port)
            yield taken, antrea[taken.port]


def _antrea_ports(install: BundleObject | None, version: str) -> Mapping[int, str]:
    spec = mapping_at(install.value if install else None, ("spec",))
    agent = configuration("agent", text_at(spec, ("antreaAgentConfig",)), version)
    controller = configuration("controller", text_at(spec, ("antreaControllerConfig",)), version)
    found = {
        controller.number("apiPort") or _usual("antrea-controller"): "antrea-controller",
        agent.number("apiPort") or _usual("antrea-agent"): "antrea-agent",
        agent.number("clusterPort") or _usual("memberlist"): "the agents' member list (Egress, ServiceExternalIP)",
    }
    if agent.flag("nodePortLocal.enable") and agent.gates.get("NodePortLocal"):
        first, _, last = (agent.text("nodePortLocal.portRange") or "61000-62000").partition("-")
        if first.isdigit() and last.isdigit():
            found |= dict.fromkeys(range(int(first), min(int(last), 65535) + 1), "NodePortLocal")
    return found


def _usual(row: str) -> int:
    return int(rows()[row].ports[0])


def _configured(objects: Sequence[BundleObject]) -> Iterator[Taken]:
    """Ports in the adapters' configurations: of a ConfigMap, or inside the custom resource."""
    for item in objects:
        where = "data" if item.kind == "ConfigMap" else "spec" if item.group == CR_GROUP else ""
        for name, text in mapping_at(item.value, (where,)).items() if where else ():
            if isinstance(text, str) and "Port" in text and "dapter" in name:
                values = told_values(text)
                for key in known.texts("adapter_ports"):
                    port = values.get(key)
                    if isinstance(port, int):
                        yield Taken(port, item, (where, name), f"{key} of {name}")


def _container_ports(objects: Sequence[BundleObject]) -> Iterator[Taken]:
    for item in objects:
        if value_at(item.value, (*_PODS, "hostNetwork")) is not True:
            continue
        for index, container in enumerate(items_at(item.value, (*_PODS, "containers"))):
            for number, entry in enumerate(items_at(container, ("ports",))):
                port = value_at(entry, ("containerPort",))
                if isinstance(port, int):
                    path = (*_PODS, "containers", index, "ports", number, "containerPort")
                    yield Taken(port, item, path, f"container {text_at(container, ('name',))}")
