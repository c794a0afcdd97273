"""Which rows Antrea's own configuration needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.antrea_catalogue import Component, catalogue
from antrea_ci.antrea_options.agent import is_proxy_on
from antrea_ci.antrea_options.config import Config
from antrea_ci.antrea_options.decode import Decoder
from antrea_ci.antrea_options.facts import version_of
from antrea_ci.antrea_options.gates import GATES, state_of_gates
from antrea_ci.antrea_options.parse import read
from antrea_ci.firewall.addresses import End, end
from antrea_ci.firewall.flows import is_port
from antrea_ci.firewall.rule import Wanted, rows
from antrea_ci.values import mapping_at

_ENCAP, _ENCRYPTION, _TUNNEL = "trafficEncapMode", "trafficEncryptionMode", "tunnelType"
_COLLECTOR = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d*))?(?::(?P<protocol>\w*))?")


def configuration(component: Component, text: str, version: str) -> Config:
    """What the program of this version holds after it has read ``text``; what is wrong with it is left out."""
    number, known = version_of(version), catalogue(version)
    document, _ = read(text, "", number)
    if document is None:
        document, _ = read("{}", "", number)
    assert document is not None, "an empty mapping is one"
    decoder = Decoder(component, number, document, known.agent if component == "agent" else known.controller)
    decoder.run()
    gates = mapping_at(decoder.values, (GATES,))
    return Config(component, number, document, decoder.values, state_of_gates(known, number, gates))


def antrea_rows(agent: Config, controller: Config) -> Iterator[Wanted]:
    """The rows of these two configurations."""
    yield from _between_nodes(agent)
    yield Wanted("antrea-controller", port=_port(controller, "apiPort"))
    yield Wanted("antrea-agent", port=_port(agent, "apiPort"))
    yield Wanted("memberlist", port=_port(agent, "clusterPort"))
    if agent.text("kubeAPIServerOverride"):
        yield Wanted("api-override")
    yield from _from_outside(agent)
    yield from _multicluster(agent)
    yield from _flows(agent)


def shows_pods(agent: Config) -> bool:
    """Whether pods' own addresses are seen between the nodes."""
    return agent.mode(_ENCAP) in ("noEncap", "hybrid")


def flow_collector(agent: Config) -> End | None:
    """Where flow records go; None where that is the Flow Aggregator inside the cluster."""
    found = _collector(agent)
    host = found["host"].strip("[]")
    is_service = host.startswith("flow-aggregator") or "/" in host or not host
    return End(host, found["port"] or "") if end(host) and not is_service else None


def _collector(agent: Config) -> re.Match[str]:
    text = agent.text("flowExporter.flowCollectorAddr") or agent.text("flowCollectorAddr")
    found = _COLLECTOR.match(text)
    assert found, "every text begins with a host, which may be empty"
    return found


def _between_nodes(agent: Config) -> Iterator[Wanted]:
    """Tunnels and encryption, by the mode; a mode that Antrea refuses has none."""
    mode, encryption = agent.mode(_ENCAP), agent.mode(_ENCRYPTION)
    if mode == "encap" and encryption == "wireGuard":  # it takes the place of the tunnel
        yield Wanted("wireguard", port=_port(agent, "wireGuard.port"))
    elif mode in ("encap", "hybrid") and (tunnel := agent.mode(_TUNNEL)):
        yield Wanted(tunnel, port=_tunnel_port(agent, tunnel))
    if mode == "encap" and (encryption == "ipsec" or agent.flag("enableIPSecTunnel")):
        yield from (Wanted("ipsec"), Wanted("ipsec-keys"))
    if shows_pods(agent):
        yield from (Wanted("routed-in"), Wanted("routed-out"), Wanted("routed"))


def _from_outside(agent: Config) -> Iterator[Wanted]:
    """What clients and load balancers outside of the cluster reach at the nodes, and BGP peers."""
    proxy_all = is_proxy_on(agent) and agent.flag("antreaProxy.proxyAll")
    if proxy_all and not agent.flag("antreaProxy.disableServiceHealthCheckServer"):
        yield Wanted("health-check")
    # Before 1.14 the gate alone decided what is validated, but ports were never opened without the switch.
    if agent.flag("nodePortLocal.enable") and agent.gates.get("NodePortLocal"):
        given = agent.text("nodePortLocal.portRange") or agent.text("nplPortRange")
        yield Wanted("node-port-local", port=given if is_port(given) else "")  # what Antrea refuses is no text of ours
    if agent.gates.get("BGPPolicy"):
        yield Wanted("bgp")


def _multicluster(agent: Config) -> Iterator[Wanted]:
    is_gateway = agent.flag("multicluster.enableGateway") or agent.flag("multicluster.enable")
    if not (is_gateway and agent.gates.get("Multicluster")):
        return
    if agent.text("multicluster.trafficEncryptionMode").lower() == "wireguard":
        yield Wanted("gateway-wireguard", port=_port(agent, "multicluster.wireGuard.port"))
    elif tunnel := agent.mode(_TUNNEL):
        yield Wanted("gateway-tunnel", rows()[tunnel].protocols[0], _tunnel_port(agent, tunnel))


def _flows(agent: Config) -> Iterator[Wanted]:
    switch = agent.flag("flowExporter.enable") if agent.has("switch-of-flow-exporter") else True
    if not (switch and agent.gates.get("FlowExporter")):
        return
    yield Wanted("flow-records", "UDP" if _collector(agent)["protocol"] == "udp" else "TCP")
    if flow_collector(agent) is None:
        yield Wanted("flow-aggregator")


def _tunnel_port(agent: Config, tunnel: str) -> str:
    """The port of the tunnel; GRE has none."""
    usual = rows()[tunnel].ports[0]
    return usual and (_port(agent, "tunnelPort") or usual)


def _port(config: Config, key: str) -> str:
    """The port that is configured; empty where it is the row's own, for which 0 stands too."""
    return str(config.number(key) or "")
