"""What the installer demands of the platforms; facts/platforms.yaml has the sources."""

from __future__ import annotations

from functools import cache
from typing import NotRequired, TypedDict, cast

from antrea_ci.facts import facts


class LoadBalancerFacts(TypedDict):
    """A load balancer can be declared ``since`` a minor, before it as a technology preview."""

    since: int
    types: list[str]
    user_managed: str


class VSphereFacts(TypedDict):
    """The ``..._since`` are minors; ``tag`` is a pattern."""

    disk_types: list[str]
    failure_domains_since: int
    hosts_since: int
    host_roles: list[str]
    nameservers_at_most: int
    unique_names_since: int
    several_vcenters_since: int
    default_cpus: int
    tags_at_most: int
    tag: str
    resource_pools_below: str


class DriverFacts(TypedDict):
    """One kind of BMC; what is left out is false or empty."""

    transports: NotRequired[list[str]]
    secure_boot: NotRequired[bool]
    provisioning: NotRequired[bool]


class BareMetalFacts(TypedDict):
    """``drivers`` is by the scheme of a BMC address."""

    provisioning_networks: list[str]
    default_provisioning_network: str
    default_provisioning_cidr: str
    default_bootstrap_address: int
    default_cluster_address: int
    default_range_start: int
    shortest_managed_ipv6_prefix: int
    roles: list[str]
    boot_modes: list[str]
    secure_boot: str
    checksum_length: int
    default_driver: str
    drivers: dict[str, DriverFacts]


class NutanixFacts(TypedDict):
    """``ports`` are the smallest and the largest."""

    one_subnet_until: int
    subnets_at_most: int
    prism_elements: int
    boot_types: list[str]
    ports: list[int]


class AWSFacts(TypedDict):
    """``user_tags_at_most`` is by the minor from which it holds."""

    architectures: list[str]
    regions_without_images: list[str]
    user_tags_at_most: dict[str, int]
    security_groups_at_most: int
    metadata_authentications: list[str]
    volume_types: list[str]
    volume_types_with_iops: list[str]
    volume_types_without_iops: list[str]


class ExternalFacts(TypedDict):
    """An empty cloud controller manager means none."""

    cloud_controller_managers: list[str]


class PlatformFacts(TypedDict):
    """The whole file."""

    load_balancer: LoadBalancerFacts
    vsphere: VSphereFacts
    baremetal: BareMetalFacts
    nutanix: NutanixFacts
    aws: AWSFacts
    external: ExternalFacts


@cache
def platform_facts() -> PlatformFacts:
    """The facts; the caller must not change them."""
    return cast("PlatformFacts", cast("object", facts("platforms")))
