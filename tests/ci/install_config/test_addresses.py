"""No two machines have one address."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.networking import network_findings
from support.install_configs import config_of, errors_of, text_of

HOSTS = "platform.vsphere.hosts"


def errors(platform: str, changes: dict[str, object]) -> set[tuple[str, str]]:
    return errors_of(list(network_findings(config_of(text_of(platform, changes)))))


def host(*addresses: str, gateway: str = "10.1.224.1") -> dict[str, object]:
    return {"role": "compute", "networkDevice": {"ipAddrs": list(addresses), "gateway": gateway}}


def test_hosts_share_their_gateway():
    assert errors("vsphere", {HOSTS: [host("10.1.224.50/24"), host("10.1.224.51/24")]}) == set()


@pytest.mark.parametrize(
    ("hosts", "where"),
    [
        ([host("10.1.224.50/24"), host("10.1.224.50/24")], f"{HOSTS}[1].networkDevice.ipAddrs[0]"),
        ([host("10.1.224.10/24")], f"{HOSTS}[0].networkDevice.ipAddrs[0]"),
        ([host("10.1.224.1/24")], f"{HOSTS}[0].networkDevice.gateway"),
        ([host("10.1.224.50/24", gateway="10.1.224.11")], f"{HOSTS}[0].networkDevice.gateway"),
    ],
)
def test_an_address_of_a_host_is_its_own(hosts: list[object], where: str):
    assert errors("vsphere", {HOSTS: hosts}) == {("address-twice", where)}


@pytest.mark.parametrize("key", ["bootstrapProvisioningIP", "clusterProvisioningIP"])
def test_provisioning_has_addresses_of_its_own(key: str):
    where = f"platform.baremetal.{key}"
    assert errors("baremetal", {where: "10.1.224.10"}) == {("address-twice", where)}


def test_the_two_addresses_of_provisioning_differ():
    changes: dict[str, object] = {
        "platform.baremetal.bootstrapProvisioningIP": "10.1.224.5",
        "platform.baremetal.clusterProvisioningIP": "10.1.224.5",
    }
    assert errors("baremetal", changes) == {("address-twice", "platform.baremetal.clusterProvisioningIP")}


def test_the_addresses_of_a_load_balancer_are_not_the_machines():
    balancer = {"platform.vsphere.loadBalancer": {"type": "UserManaged"}}
    assert errors("vsphere", {**balancer, HOSTS: [host("10.1.224.10/24")]}) == set()
