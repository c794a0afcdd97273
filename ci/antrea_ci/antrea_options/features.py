"""What the agent refuses of the options of its single features."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault, no_network
from antrea_ci.antrea_options.flows import flow_exporter
from antrea_ci.antrea_options.golang import parse_cidr, parse_duration, parse_integer

_ENCAP, _ENCRYPTION = "trafficEncapMode", "trafficEncryptionMode"
_MOST_EGRESS_ADDRESSES = 255
_IGMP_VERSIONS = frozenset({1, 2, 3})
_MOST_INTERFACES = 8


def features(config: Config) -> Iterator[Fault]:
    """Every fault in the options of a feature that is on; Antrea does not look at the others."""
    for judge in (flow_exporter, _multicast, _egress, _multicluster, _node_port_local, _bridging, _secondary):
        yield from judge(config)


def _multicast(config: Config) -> Iterator[Fault]:
    switch = config.flag("multicast.enable") if config.has("switch-of-multicast") else True
    if not (switch and config.gates.get("Multicast")):
        return
    encryption, mode = config.mode(_ENCRYPTION), config.mode(_ENCAP)
    if config.has("multicast-unencrypted") and encryption not in ("none", ""):
        message = f"multicast does not work with the encryption {encryption}"
        yield fault(config, "multicast", message, "multicast.enable", _ENCRYPTION, fix="switch one of them off")
    if config.has("multicast-not-policy-only") and mode == "networkPolicyOnly":
        message = "multicast does not work in the mode networkPolicyOnly"
        yield fault(config, "multicast", message, "multicast.enable", _ENCAP, fix="switch multicast off")
    key = "multicast.igmpQueryInterval"
    if config.text(key) and parse_duration(config.text(key)) is None:
        message = f"`{key}` {config.text(key)!r} is no duration"
        yield fault(config, "multicast", message, key, fix="write number and unit, such as 125s")
    if not _IGMP_VERSIONS.issuperset(config.items("multicast.igmpQueryVersions")):
        message = "`multicast.igmpQueryVersions` names a version of IGMP that there is not"
        yield fault(config, "multicast", message, "multicast.igmpQueryVersions", fix="name some of 1, 2 and 3")


def _egress(config: Config) -> Iterator[Fault]:
    where_it_runs = {"encap", "hybrid"} if config.has("egress-in-hybrid") else {"encap"}
    idle = config.has("egress-by-mode") and config.mode(_ENCAP) not in where_it_runs
    if idle or not config.gates.get("Egress"):
        return
    for index, text in enumerate(config.texts("egress.exceptCIDRs")):
        if parse_cidr(text) is None:
            yield no_network(config, "egress", f"egress.exceptCIDRs.{index}", text)
    key = "egress.maxEgressIPsPerNode"
    if config.number(key) > _MOST_EGRESS_ADDRESSES:
        message = f"`{key}` is {config.number(key)}; a node takes {_MOST_EGRESS_ADDRESSES} at most"
        yield fault(config, "egress", message, key, fix=f"write a number up to {_MOST_EGRESS_ADDRESSES}")


def _multicluster(config: Config) -> Iterator[Fault]:
    gateway = config.flag("multicluster.enableGateway") or config.flag("multicluster.enable")
    switch = "multicluster.enableGateway"
    stretched = "multicluster.enableStretchedNetworkPolicy"
    if not (gateway or config.flag(stretched)) or not config.gates.get("Multicluster"):
        return
    if not gateway:
        fix = "set `multicluster.enableGateway: true`"
        yield fault(config, "multicluster", f"`{stretched}` needs the Multi-cluster Gateway", stretched, fix=fix)
    mode, encryption = config.mode(_ENCAP), config.mode(_ENCRYPTION)
    if config.has("multicluster-encap-only") and mode not in ("encap", ""):
        message = f"Multi-cluster needs the mode encap, not {mode}"
        yield fault(config, "multicluster", message, _ENCAP, switch, fix="use the mode encap")
    if not config.has("multicluster-wireguard"):
        return
    own = config.text("multicluster.trafficEncryptionMode").lower()
    if own == "wireguard" and encryption not in ("none", ""):
        message = f"WireGuard between clusters does not go with {encryption} inside this one"
        keys = ("multicluster.trafficEncryptionMode", _ENCRYPTION)
        yield fault(config, "multicluster", message, *keys, fix="encrypt at one of the two places")
    elif mode in ("encap", "hybrid") and encryption == "wireGuard":
        message = "the Multi-cluster Gateway does not go with WireGuard inside this cluster"
        yield fault(config, "multicluster", message, switch, _ENCRYPTION, fix="switch one of them off")


def _node_port_local(config: Config) -> Iterator[Fault]:
    switch = config.flag("nodePortLocal.enable") if config.has("switch-of-node-port-local") else True
    key = "nodePortLocal.portRange" if config.text("nodePortLocal.portRange") else "nplPortRange"
    text = config.text(key)
    if not (switch and text and config.gates.get("NodePortLocal")):
        return
    ends = [parse_integer(part) for part in text.split("-")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[1] <= ends[0]:
        message = f"`{key}` {text!r} is no range of ports"
        yield fault(config, "node-port-local", message, key, fix="write the lower and the higher end, as 61000-62000")


def _bridging(config: Config) -> Iterator[Fault]:
    switch = "enableBridgingMode"
    if not config.flag(switch):
        return
    if not config.gates.get("AntreaIPAM"):
        fix = "set `AntreaIPAM: true` below `featureGates`, of the controller too"
        yield fault(config, "bridging", f"`{switch}` needs the feature gate AntreaIPAM", switch, fix=fix)
    mode = config.mode(_ENCAP)
    if mode not in ("noEncap", ""):
        message = f"`{switch}` needs the mode noEncap, not {mode}"
        yield fault(config, "bridging", message, switch, _ENCAP, fix="set `trafficEncapMode: noEncap`")
    if not config.flag("noSNAT"):
        yield fault(config, "bridging", f"`{switch}` needs noSNAT", switch, "noSNAT", fix="set `noSNAT: true`")


def _secondary(config: Config) -> Iterator[Fault]:
    key = "secondaryNetwork.ovsBridges"
    if not config.gates.get("SecondaryNetwork"):
        return
    if config.has("secondary-needs-ipam") and not config.gates.get("AntreaIPAM"):
        message = "the feature gate SecondaryNetwork needs AntreaIPAM"
        gate = "featureGates.SecondaryNetwork"
        yield fault(config, "secondary-network", message, gate, fix="set `AntreaIPAM: true` too")
    bridges = config.items(key)
    if len(bridges) > 1:
        message = f"`{key}` names {len(bridges)} bridges; Antrea takes one"
        yield fault(config, "secondary-network", message, f"{key}.1", key, fix="keep one bridge")
        return
    most = 1 if config.has("one-secondary-interface") else _MOST_INTERFACES
    for bridge in bridges:
        name, interfaces = (
            (bridge.get("bridgeName"), bridge.get("physicalInterfaces")) if isinstance(bridge, dict) else (None, None)
        )
        if not name:
            yield fault(config, "secondary-network", "the bridge has no name", f"{key}.0", key, fix="add `bridgeName`")
        if isinstance(interfaces, list) and len(interfaces) > most:
            message = f"the bridge has {len(interfaces)} interfaces; this version of Antrea takes {most} at most"
            yield fault(config, "secondary-network", message, f"{key}.0.physicalInterfaces", fix="name fewer")
