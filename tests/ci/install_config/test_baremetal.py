"""Platform baremetal: hosts, BMCs and provisioning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.catalogue import completed
from antrea_ci.install_config.baremetal_bmc import driver_of
from antrea_ci.install_config.hosts import host_fault, mac_fault
from antrea_ci.install_config.platforms import platform_findings
from support.install_configs import ABSENT, config_of, errors_of, text_of, warnings_of

PREFIX = "platform.baremetal."
MANAGED = {"provisioningNetwork": "Managed"}


def findings(changes: dict[str, object], *, in_repository: bool = False, **top: object):
    paths = {f"{PREFIX}{key}": value for key, value in changes.items()}
    paths |= {key.replace("__", "."): value for key, value in top.items()}
    return list(platform_findings(config_of(text_of("baremetal", paths), in_repository=in_repository)))


def errors(changes: dict[str, object], *, in_repository: bool = False, **top: object) -> set[tuple[str, str]]:
    found = errors_of(findings(changes, in_repository=in_repository, **top))
    return {(rule, where.removeprefix(PREFIX)) for rule, where in found}


def test_a_sound_file_has_no_finding():
    assert findings({}) == []


def test_what_only_create_cluster_refuses_is_called_stricter():
    found = completed(findings({"hosts.0.bmc.address": "x://10.1.224.90", "hosts.1.name": "node-0"}))
    assert {item.rule: item.stricter for item in found} == {
        "install-config/bmc": True,
        "install-config/host-twice": False,
    }


# --- hosts ------------------------------------------------------------------------------------------------------------


def test_without_hosts_it_is_for_the_agent_based_installer():
    (finding,) = findings({"hosts": ABSENT})
    assert finding.rule == "install-config/required"
    assert "agent-based" in finding.message


def test_every_replica_needs_a_host():
    assert errors({"hosts": []}) == {("host-count", "hosts")}
    assert errors({}, controlPlane__replicas=5) == {("host-count", "hosts")}
    assert errors({}, compute__0__replicas=3) == {("host-count", "hosts")}
    assert errors({}, compute__0__replicas=1) == set()


def test_hosts_without_a_role_fill_up_with_a_warning():
    changes = {"hosts.0.role": ABSENT, "hosts.3.role": ABSENT}
    assert errors(changes) == set()
    assert warnings_of(findings(changes)) == {("no-role", f"{PREFIX}hosts[0]"), ("no-role", f"{PREFIX}hosts[3]")}


def test_an_unknown_role_is_our_own_error():
    assert errors({"hosts.0.role": "control-plane"}) == {("unknown-role", "hosts[0].role")}


@pytest.mark.parametrize("value", [None, {}])
def test_an_empty_host(value: object):
    assert ("required", "hosts[0]") in errors({"hosts.0": value})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hosts.0.name": ABSENT}, ("required", "hosts[0].name")),
        ({"hosts.0.name": "Node_0"}, ("host-name", "hosts[0].name")),
        ({"hosts.1.name": "node-0"}, ("host-twice", "hosts[1].name")),
        ({"hosts.0.bootMACAddress": ""}, ("required", "hosts[0].bootMACAddress")),
        ({"hosts.1.bootMACAddress": "52:54:00:00:00:00"}, ("host-twice", "hosts[1].bootMACAddress")),
        ({"hosts.0.bootMACAddress": "zz"}, ("boot-mac", "hosts[0].bootMACAddress")),
        ({"hosts.0.bootMACAddress": "53:54:00:00:00:0a"}, ("boot-mac", "hosts[0].bootMACAddress")),
        ({"hosts.0.bootMode": "uefi"}, ("boot-mode", "hosts[0].bootMode")),
        ({"hosts.0.rootDeviceHints": {"deviceName": "sda"}}, ("root-device", "hosts[0].rootDeviceHints.deviceName")),
        (
            {"hosts.0.rootDeviceHints": {"deviceName": "/dev/disk/by-id/x"}},
            ("root-device", "hosts[0].rootDeviceHints.deviceName"),
        ),
        ({"hosts.0.networkConfig": ["a"]}, ("network-config", "hosts[0].networkConfig")),
        ({"hosts.0.networkConfig": "interfaces: []"}, ("network-config", "hosts[0].networkConfig")),
    ],
)
def test_each_fault_of_a_host_has_its_rule_and_place(changes: dict[str, object], expected: tuple[str, str]):
    assert errors(changes) == {expected}


def test_two_macs_that_differ_in_case_are_the_same_machine():
    changes = {"hosts.0.bootMACAddress": "52:54:00:00:00:AA", "hosts.1.bootMACAddress": "52:54:00:00:00:aa"}
    assert errors(changes) == {("boot-mac", "hosts[1].bootMACAddress")}


@pytest.mark.parametrize("device", ["/dev/sda", "/dev/disk/by-path/pci-0000:00"])
def test_devices_and_paths_of_devices_are_taken(device: str):
    assert errors({"hosts.0.rootDeviceHints": {"deviceName": device}}) == set()


@pytest.mark.parametrize(
    ("address", "refused"),
    [("redfish-virtualmedia://10.1.224.90/a", False), ("idrac-virtualmedia+https://10.1.224.90/a", False)],
)
def test_secure_boot_by_a_driver_that_can_set_it(address: str, refused: bool):
    changes = {"hosts.0.bootMode": "UEFISecureBoot", "hosts.0.bmc.address": address}
    assert (("boot-mode", "hosts[0].bootMode") in errors(changes)) == refused


def test_secure_boot_by_ipmi_is_refused():
    changes = {**MANAGED, "hosts.0.bootMode": "UEFISecureBoot", "hosts.0.bmc.address": "10.1.224.90"}
    assert errors(changes) == {("boot-mode", "hosts[0].bootMode")}


# --- BMCs -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["address", "username", "password"])
def test_a_bmc_lacks_nothing(key: str):
    assert errors({f"hosts.0.bmc.{key}": ABSENT}) == {("bmc", f"hosts[0].bmc.{key}")}


def test_credentials_of_bmcs_may_be_absent_in_a_repository():
    changes: dict[str, object] = {"hosts.0.bmc.username": ABSENT, "hosts.0.bmc.password": ABSENT}
    assert errors(changes, in_repository=True) == set()


def test_hosts_without_any_bmc_are_for_the_agent_based_installer():
    changes: dict[str, object] = {f"hosts.{number}.bmc": ABSENT for number in range(5)}
    found = findings(changes)
    assert (errors_of(found), warnings_of(found)) == (set(), {("bmcs-absent", f"{PREFIX}hosts")})


def test_one_host_without_a_bmc_is_an_error():
    assert {rule for rule, _ in errors({"hosts.0.bmc": ABSENT})} == {"bmc"}


def test_two_hosts_do_not_share_a_bmc():
    assert errors({"hosts.1.bmc.address": "redfish-virtualmedia://10.1.224.90/redfish/v1/Systems/1"}) == {
        ("bmc", "hosts[1].bmc.address")
    }


@pytest.mark.parametrize(
    "address",
    ["redfsh://10.1.224.90/a", "https://10.1.224.90", "ipmi+https://10.1.224.90", "redfish://", "redfish://my-.host/a"],
)
def test_a_bmc_is_reached_by_a_known_driver(address: str):
    assert errors({**MANAGED, "hosts.0.bmc.address": address}) == {("bmc", "hosts[0].bmc.address")}


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.1.224.90", "ipmi"),
        ("10.1.224.90:6233", "ipmi"),
        ("bmc.example.com:623", "ipmi"),
        ("[fd00::1]:623", "ipmi"),
        ("ipmi:10.1.224.90", "ipmi"),
        ("redfish+http://10.1.224.90/redfish", "redfish+http"),
        ("Redfish://10.1.224.90/redfish", "redfish"),
    ],
)
def test_an_address_names_its_driver_by_its_scheme(address: str, name: str):
    assert driver_of(address)[0] == name
    assert driver_of(address)[1] is not None


def test_a_password_in_an_address_is_not_shown():
    found = findings({"hosts.0.bmc.address": "redfish://root:calvin@-/a", "hosts.1.bmc.address": "x://root:calvin@b"})
    assert len(found) == 2
    assert "calvin" not in str(found)


def test_a_driver_that_boots_over_the_network_needs_a_provisioning_network():
    address = {"hosts.0.bmc.address": "ipmi://10.1.224.90"}
    assert errors(address) == {("bmc", "hosts[0].bmc.address")}
    assert errors({**MANAGED, **address}) == set()


# --- provisioning -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"provisioningNetwork": "disabled"}, {("provisioning-network", "provisioningNetwork")}),
        ({"bootstrapProvisioningIP": "x"}, {("provisioning-address", "bootstrapProvisioningIP")}),
        ({"clusterProvisioningIP": "10.1.224"}, {("provisioning-address", "clusterProvisioningIP")}),
        (
            {"provisioningHostIP": "10.1.224.5", "clusterProvisioningIP": "10.1.224.6"},
            {("provisioning-address", "provisioningHostIP")},
        ),
        ({"provisioningNetworkCIDR": "172.22.0.0"}, {("provisioning-cidr", "provisioningNetworkCIDR")}),
        ({"bootstrapProvisioningIP": "10.9.9.9"}, {("provisioning", "bootstrapProvisioningIP")}),
        ({"clusterProvisioningIP": "10.1.224.6"}, set()),
        ({**MANAGED, "clusterProvisioningIP": "10.1.224.6"}, {("provisioning", "clusterProvisioningIP")}),
        ({**MANAGED, "provisioningNetworkCIDR": "10.1.224.0/25"}, {("provisioning", "provisioningNetworkCIDR")}),
        ({**MANAGED, "provisioningNetworkCIDR": "172.22.0.1/24"}, {("provisioning", "provisioningNetworkCIDR")}),
        ({**MANAGED, "provisioningNetworkCIDR": "fd00:22::/48"}, {("provisioning", "provisioningNetworkCIDR")}),
        ({**MANAGED, "provisioningDHCPRange": "172.22.0.10"}, {("provisioning", "provisioningDHCPRange")}),
        ({**MANAGED, "provisioningDHCPRange": "172.22.0.10,172.23.0.9"}, {("provisioning", "provisioningDHCPRange")}),
        (
            {**MANAGED, "provisioningDHCPRange": "172.22.0.3,172.22.0.99"},
            {("provisioning", "clusterProvisioningIP")},
        ),
        ({**MANAGED, "provisioningDHCPRange": "172.22.0.10,172.22.0.99"}, set()),
        ({**MANAGED, "clusterProvisioningIP": "172.22.0.50"}, {("provisioning", "clusterProvisioningIP")}),
        ({**MANAGED, "provisioningNetworkCIDR": "172.22.0.0/31"}, set()),
        ({**MANAGED, "externalMACAddress": "x"}, {("provisioning", "externalMACAddress")}),
        (
            {
                **MANAGED,
                "externalMACAddress": "52:54:00:00:00:aa",
                "provisioningMACAddress": "52:54:00:00:00:AA",
            },
            {("provisioning", "provisioningMACAddress")},
        ),
        ({"libvirtURI": "host.example.com"}, {("provisioning", "libvirtURI")}),
        ({"libvirtURI": "qemu+ssh://root@host.example.com/system"}, set()),
        ({"bootstrapExternalStaticIP": "10.1.224.300"}, {("provisioning", "bootstrapExternalStaticIP")}),
        ({"clusterOSImage": "http://m.example.com/i.qcow2"}, {("os-image", "clusterOSImage")}),
        ({"bootstrapOSImage": "file:///i.qcow2"}, {("os-image", "bootstrapOSImage")}),
        ({"clusterOSImage": f"https://m.example.com/i.qcow2?sha256={'0' * 64}"}, set()),
    ],
)
def test_provisioning_fits_together(changes: dict[str, object], expected: set[tuple[str, str]]):
    assert errors(changes) == expected


# --- names and addresses of machines ----------------------------------------------------------------------------------


@given(st.binary(min_size=6, max_size=6), st.sampled_from([":", "-"]), st.booleans())
def test_a_mac_address_is_one_unless_it_is_multicast(octets: bytes, by: str, upper: bool):
    text = octets.hex(by)
    assert bool(mac_fault(text.upper() if upper else text)) == bool(octets[0] & 1)


@pytest.mark.parametrize(
    "text", ["", "52:54:00:00:00", "52:54:00:00:00:00:00:00", "52:54-00:00:00:00", "5254.0000.000"]
)
def test_what_is_no_mac_address(text: str):
    assert mac_fault(text)


def test_a_mac_address_may_be_written_in_three_groups():
    assert mac_fault("5254.00a1.b2c3") == ""


@given(st.ip_addresses())
def test_every_address_is_a_host(address: object):
    assert host_fault(str(address)) == ""
