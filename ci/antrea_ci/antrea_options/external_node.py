"""What the agent refuses when it runs on a machine that is no Kubernetes node."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault
from antrea_ci.antrea_options.facts import options
from antrea_ci.antrea_options.golang import parse_cidr
from antrea_ci.yamlio import Value

_RULES = "externalNode.policyBypassRules"
_MOST_PORT = 65535


def external_node(config: Config) -> Iterator[Fault]:
    """Every option and gate that only a Kubernetes node can have, and every bad bypass rule."""
    if not config.gates.get("ExternalNode"):
        fix = "set `ExternalNode: true` below `featureGates`"
        yield fault(
            config, "node-type", "`nodeType: externalNode` needs the feature gate ExternalNode", "nodeType", fix=fix
        )
    for key in _unsupported(config):
        message = f"`{key}` is not supported with `nodeType: externalNode`"
        yield fault(config, "node-type", message, key, "nodeType", fix="remove it")
    for index, rule in enumerate(config.items(_RULES)):
        for field, problem in _bypass_problems(rule if isinstance(rule, dict) else {}):
            message = f"`{_RULES}[{index}]`: {problem}"
            yield fault(config, "bypass-rule", message, f"{_RULES}.{index}.{field}", f"{_RULES}.{index}")


def _unsupported(config: Config) -> Iterator[str]:
    given = config.values.get("featureGates")
    for name, is_on in given.items() if isinstance(given, dict) else ():
        if is_on and name not in options()["external-node-gates"]:
            yield f"featureGates.{name}"
    if config.text("trafficEncapMode", "noEncap") != "noEncap":
        yield "trafficEncapMode"
    for key in ("nodePortLocal.enable", "enableIPSecTunnel"):
        if config.flag(key):
            yield key


def _bypass_problems(rule: dict[str, Value]) -> Iterator[tuple[str, str]]:
    direction, protocol, cidr, port = (rule.get(key) for key in ("direction", "protocol", "cidr", "port"))
    if direction not in ("ingress", "egress"):
        yield "direction", f"the direction {direction!r} is neither ingress nor egress"
    if protocol not in ("tcp", "udp", "icmp", "ip"):
        yield "protocol", f"the protocol {protocol!r} is none of tcp, udp, icmp, ip"
    if parse_cidr(cidr if isinstance(cidr, str) else "") is None:
        yield "cidr", f"{cidr!r} is no network"
    if not port and protocol in ("tcp", "udp"):
        yield "port", f"a rule for {protocol} needs a port"
    if isinstance(port, int | float) and not 0 <= port <= _MOST_PORT:
        yield "port", f"{port} is no port"
