"""What OpenShift, Kubernetes and Antrea demand of networks; facts/networks.yaml has the sources."""

from __future__ import annotations

from functools import cache
from typing import TypedDict, cast

from antrea_ci.facts import facts


class Defaults(TypedDict):
    """What the installer takes for a network that the file does not name."""

    machineNetwork: str
    clusterNetwork: str
    serviceNetwork: str
    hostPrefix: int


class ServiceLimits(TypedDict):
    """``shortest_prefix`` is by address family: "4" or "6"."""

    shortest_prefix: dict[str, int]
    dns_address: int


class HostPrefixLimits(TypedDict):
    """``shortest`` and ``longest`` are by address family."""

    shortest: dict[str, int]
    longest: dict[str, int]
    ipv6_difference: int


class VipLimits(TypedDict):
    """``compared_until`` maps a platform to the last minor whose installer compares its addresses itself."""

    compared_until: dict[str, int]
    optional: list[str]
    at_most: int


class Limits(TypedDict):
    """The whole file."""

    defaults: Defaults
    docker_bridge: str
    unusable: list[str]
    service: ServiceLimits
    host_prefix: HostPrefixLimits
    max_pods: int
    ipv6_first_since: dict[str, int]
    vips: VipLimits


@cache
def limits() -> Limits:
    """The facts; the caller must not change them."""
    return cast("Limits", cast("object", facts("networks")))
