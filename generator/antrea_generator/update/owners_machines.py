"""The answers about machines that install-config.yaml owns: one table for the places, functions for what is a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from antrea_ci.install_config.config import Config
from antrea_ci.values import mapping_at, text_at, value_at
from antrea_ci.yamlio import Value

_SECRET_KEYS = ("username", "password")
_SINGLE = "default"
"""The name of the failure domain that the template makes of the single vSphere answers."""


def hosts(config: Config, secrets: Mapping[str, str] | None = None) -> Value:
    """The bare metal hosts, each with the name of its secret as cluster.yaml has it; never with user or password."""
    if config.platform != "baremetal":
        return None
    return [_host(dict(mapping_at(host, ())), secrets or {}) for host in config.items("platform", "baremetal", "hosts")]


def _host(host: dict[str, Value], secrets: Mapping[str, str]) -> Value:
    bmc = {key: value for key, value in mapping_at(host, ("bmc",)).items() if key not in _SECRET_KEYS}
    secret = secrets.get(text_at(host, ("name",)))
    return {**host, "bmc": {**bmc, **({"secret": secret} if secret else {})}}


def _domains(config: Config) -> Value:
    """Failure domains that people named; none where there is only the template's own."""
    if config.platform != "vsphere":
        return None
    found = config.items("platform", "vsphere", "failureDomains")
    own = len(found) == 1 and text_at(found[0], ("name",)) == _SINGLE
    return [] if own else found


def _vsphere(old: str, *path: str | int) -> Callable[[Config], Value]:
    """A text of the first failure domain, or under the key that it had before 4.13."""

    def read(config: Config) -> Value:
        if config.platform != "vsphere":
            return None
        domains = config.items("platform", "vsphere", "failureDomains")
        found = value_at(domains[0], path) if domains else config.at("platform", "vsphere", old)
        return found if isinstance(found, str) else ""

    return read


def _vcenter(config: Config) -> Value:
    if config.platform != "vsphere":
        return None
    vcenters = config.items("platform", "vsphere", "vcenters")
    return text_at(vcenters[0], ("server",)) if vcenters else config.text("platform", "vsphere", "vCenter")


def _first(section: str, *path: str | int) -> Callable[[Config], Value]:
    return lambda config: value_at(dict(config.value), ("platform", section, *path))


READERS: Mapping[str, Callable[[Config], Value]] = {
    "vcenter_server": _vcenter,
    "vsphere_datacenter": _vsphere("datacenter", "topology", "datacenter"),
    "vsphere_cluster": _vsphere("cluster", "topology", "computeCluster"),
    "vsphere_datastore": _vsphere("defaultDatastore", "topology", "datastore"),
    "vsphere_network": _vsphere("network", "topology", "networks", 0),
    "vsphere_folder": _vsphere("folder", "topology", "folder"),
    "vsphere_resource_pool": _vsphere("resourcePool", "topology", "resourcePool"),
    "failure_domains": _domains,
    "hosts": hosts,
    "nutanix_prism_central": _first("nutanix", "prismCentral", "endpoint", "address"),
    "nutanix_prism_element": _first("nutanix", "prismElements", 0, "endpoint", "address"),
    "nutanix_prism_element_uuid": _first("nutanix", "prismElements", 0, "uuid"),
    "nutanix_subnet_uuid": _first("nutanix", "subnetUUIDs", 0),
    "aws_region": _first("aws", "region"),
}
