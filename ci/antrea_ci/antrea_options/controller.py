"""What antrea-controller refuses after it has decoded its configuration: the networks that it gives to nodes."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault, no_network
from antrea_ci.antrea_options.golang import Network, parse_cidr
from antrea_ci.antrea_options.tls import bad_cipher_suites
from antrea_ci.antrea_options.unusable import RULE

_CIDRS = "nodeIPAM.clusterCIDRs"
# By IP version: the key, the smallest and the largest mask, and the one that stands for 0.
_MASKS = {4: ("nodeIPAM.nodeCIDRMaskSizeIPv4", 16, 30, 24), 6: ("nodeIPAM.nodeCIDRMaskSizeIPv6", 64, 126, 64)}
_LARGEST_DIFFERENCE = 16


def judge_controller(config: Config) -> Iterator[Fault]:
    """Every fault, where Antrea would stop at the first."""
    if config.flag("nodeIPAM.enableNodeIPAM"):
        yield from _node_ipam(config)
    yield from _tls(config)


def _node_ipam(config: Config) -> Iterator[Fault]:
    networks: list[Network] = []
    for index, text in enumerate(config.texts(_CIDRS)):
        network = parse_cidr(text, sloppy=True)
        if network is None:
            yield no_network(config, "node-ipam", f"{_CIDRS}.{index}", text)
        else:
            networks.append(network)
    if not config.texts(_CIDRS):
        message = f"`nodeIPAM.enableNodeIPAM` needs a network in `{_CIDRS}`"
        yield fault(config, "node-ipam", message, _CIDRS, "nodeIPAM.enableNodeIPAM", fix="name the pod network")
    versions = [network.version for network in networks]
    if len(set(versions)) < len(versions):
        message = f"`{_CIDRS}` may name one network of each IP version"
        yield fault(config, "node-ipam", message, _CIDRS, fix="keep one IPv4 and one IPv6 network at most")
    for version in sorted(set(versions)):
        yield from _mask(config, [network for network in networks if network.version == version][-1])
    for key in ("nodeIPAM.serviceCIDR", "nodeIPAM.serviceCIDRv6"):
        if config.text(key) and parse_cidr(config.text(key)) is None:
            yield no_network(config, "node-ipam", key, config.text(key))


def _mask(config: Config, network: Network) -> Iterator[Fault]:
    key, least, most, default = _MASKS[network.version]
    mask = config.number(key) or default
    if not least <= mask <= most:
        message = f"`{key}` is {mask}; it must be between {least} and {most}"
        yield fault(config, "node-ipam", message, key, fix=f"write a number between {least} and {most}")
    elif network.version == 6 and mask - network.prefixlen > _LARGEST_DIFFERENCE:
        message = f"a /{mask} for each node out of {network} is more than {_LARGEST_DIFFERENCE} bits longer"
        fix = f"use a network of /{mask - _LARGEST_DIFFERENCE} or longer, or a shorter `{key}`"
        yield fault(config, "node-ipam", message, f"{_CIDRS}.0", key, fix=fix)
    elif mask < network.prefixlen:
        message = f"no node can get a /{mask} out of {network}"
        yield fault(config, RULE, message, key, _CIDRS, fix="use a larger network or a longer mask")


def _tls(config: Config) -> Iterator[Fault]:
    if config.text("tlsMinVersion") and not config.mode("tlsMinVersion"):
        message = f"`tlsMinVersion` does not take {config.text('tlsMinVersion')!r}"
        fix = "write VersionTLS10, VersionTLS11, VersionTLS12 or VersionTLS13"
        yield fault(config, RULE, message, "tlsMinVersion", fix=fix)
    yield from bad_cipher_suites(config, RULE)
