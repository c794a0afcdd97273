"""What antrea-agent refuses on a Kubernetes node after it has decoded its configuration: names and combinations."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault, no_network, unknown_name
from antrea_ci.antrea_options.external_node import external_node
from antrea_ci.antrea_options.features import features
from antrea_ci.antrea_options.golang import is_address, parse_cidr, split_host_port
from antrea_ci.antrea_options.tls import bad_cipher_suites

_ENCAP, _ENCRYPTION, _PROXY = "trafficEncapMode", "trafficEncryptionMode", "antreaProxy.enable"


def judge_agent(config: Config) -> Iterator[Fault]:
    """Every fault, where Antrea would stop at the first."""
    yield from _datapath(config)
    if config.has("agent-tls"):
        yield from unknown_name(config, "tls", "tlsMinVersion") if config.text("tlsMinVersion") else ()
        yield from bad_cipher_suites(config, "tls")
    yield from unknown_name(config, "node-type", "nodeType")
    if config.mode("nodeType") == "externalNode":
        yield from external_node(config)
    elif config.mode("nodeType"):
        yield from _node(config)


def _datapath(config: Config) -> Iterator[Fault]:
    taken_before = config.text("ovsDatapathType") == "netdev" and not config.has("system-datapath-only")
    if not taken_before:
        yield from unknown_name(config, "datapath", "ovsDatapathType")


def _node(config: Config) -> Iterator[Fault]:
    for key in ("tunnelType", _ENCRYPTION, _ENCAP, "ipsec.authenticationMode"):
        yield from unknown_name(config, "mode", key)
    if config.mode("ipsec.authenticationMode") == "cert" and not config.gates.get("IPsecCertAuth"):
        message = "`ipsec.authenticationMode: cert` needs the feature gate IPsecCertAuth"
        fix = "set `IPsecCertAuth: true` below `featureGates`, of the controller too, or write psk"
        yield fault(config, "ipsec", message, "ipsec.authenticationMode", fix=fix)
    yield from _proxy(config)
    yield from _modes(config)
    yield from features(config)
    yield from _dns_server(config)


def is_proxy_on(config: Config) -> bool:
    """Whether AntreaProxy runs."""
    switch = config.flag(_PROXY, default=True) if config.has("switch-of-proxy") else True
    return switch and config.gates.get("AntreaProxy", False)


def _proxy(config: Config) -> Iterator[Fault]:
    off = (_PROXY, "featureGates.AntreaProxy")
    for key in () if is_proxy_on(config) else ("serviceCIDR", "serviceCIDRv6"):
        if config.text(key) and parse_cidr(config.text(key)) is None:
            message = f"`{key}` {config.text(key)!r} is no network, and without AntreaProxy it is needed"
            yield fault(
                config, "service-cidr", message, key, *off, fix="write the service network, such as 10.96.0.0/12"
            )
    if config.flag("antreaProxy.proxyAll"):
        for index, text in enumerate(config.texts("antreaProxy.nodePortAddresses")):
            if parse_cidr(text) is None:
                yield no_network(config, "proxy", f"antreaProxy.nodePortAddresses.{index}", text)
    yield from _load_balancer(config)


def _load_balancer(config: Config) -> Iterator[Fault]:
    key = "antreaProxy.defaultLoadBalancerMode"
    yield from unknown_name(config, "load-balancer", key)
    if config.mode(key) != "dsr":
        return
    if not config.gates.get("LoadBalancerModeDSR"):
        fix = "set `LoadBalancerModeDSR: true` below `featureGates`, or write nat"
        yield fault(config, "load-balancer", f"`{key}: dsr` needs the feature gate LoadBalancerModeDSR", key, fix=fix)
    if config.mode(_ENCAP) not in ("encap", ""):
        message = f"`{key}: dsr` needs the mode encap, not {config.mode(_ENCAP)}"
        yield fault(config, "load-balancer", message, key, _ENCAP, fix="write nat, or use the mode encap")


def _modes(config: Config) -> Iterator[Fault]:
    mode, encryption = config.mode(_ENCAP), config.mode(_ENCRYPTION)
    if mode not in ("encap", ""):
        if not is_proxy_on(config):
            fix = "leave AntreaProxy on, or use the mode encap"
            message = f"the mode {mode} needs AntreaProxy"
            yield fault(config, "no-proxy", message, _PROXY, "featureGates.AntreaProxy", _ENCAP, fix=fix)
        if encryption not in ("none", ""):
            message = f"{encryption} encrypts in the mode encap only, not in {mode}"
            fix = "use the mode encap, or write none"
            yield fault(config, "encryption", message, _ENCRYPTION, _ENCAP, fix=fix)
    if config.flag("noSNAT") and mode in ("encap", "hybrid"):
        message = f"`noSNAT` is for the mode noEncap; this is {mode}"
        yield fault(config, "no-snat", message, "noSNAT", _ENCAP, fix="remove noSNAT, or use the mode noEncap")


def _dns_server(config: Config) -> Iterator[Fault]:
    text = config.text("dnsServerOverride")
    if text and split_host_port(text) is None and not is_address(text):
        message = f"`dnsServerOverride` {text!r} is neither an address nor host and port"
        fix = "write it as 10.96.0.10, 10.96.0.10:53 or [fd00:10:96::a]:53"
        yield fault(config, "dns-server", message, "dnsServerOverride", fix=fix)
