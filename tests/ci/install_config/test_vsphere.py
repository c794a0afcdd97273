"""Platform vsphere: flat keys and failure domains by version, paths, hosts and pools."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.platforms import platform_findings
from support.install_configs import ABSENT, config_of, errors_of, text_of, warnings_of

PREFIX = "platform.vsphere."
TOPOLOGY = "failureDomains.0.topology."
TAG = "urn:vmomi:InventoryServiceTag:5736bf56-49f5-4667-b38c-b97e09dc9578:GLOBAL"
OTHER_DOMAIN = {
    "name": "fd1",
    "region": "r0",
    "zone": "z1",
    "server": "other.example.com",
    "topology": {
        "datacenter": "DC0",
        "computeCluster": "/DC0/host/C1",
        "datastore": "/DC0/datastore/D0",
        "networks": ["VM Network"],
    },
}


def findings(changes: dict[str, object], minor: int = 18, *, base: str = "", top: dict[str, object] | None = None):
    """Of the flat form up to 4.12, of the other one later; ``changes`` are below the platform, ``top`` are not."""
    name = base or ("flat" if minor < 13 else "vsphere")
    paths = {**{f"{PREFIX}{key}": value for key, value in changes.items()}, **(top or {})}
    return list(platform_findings(config_of(text_of(name, paths), minor)))


def errors(changes: dict[str, object], minor: int = 18, *, base: str = "", **top: object) -> set[tuple[str, str]]:
    """Rule and place of each error, the place without the platform."""
    paths = {key.replace("__", "."): value for key, value in top.items()}
    found = errors_of(findings(changes, minor, base=base, top=paths))
    return {(rule, where.removeprefix(PREFIX)) for rule, where in found}


@pytest.mark.parametrize(
    ("base", "minor"), [("flat", 12), ("flat", 13), ("flat", 18), ("vsphere", 13), ("vsphere", 18)]
)
def test_a_sound_file_has_no_finding(base: str, minor: int):
    assert findings({}, minor, base=base) == []


# --- Flat keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", [12, 18])
@pytest.mark.parametrize("value", [ABSENT, None, ""])
@pytest.mark.parametrize("key", ["vCenter", "username", "password", "datacenter", "defaultDatastore"])
def test_a_flat_key_that_is_needed(key: str, value: object, minor: int):
    assert ("required", key) in errors({key: value}, minor, base="flat")


@pytest.mark.parametrize("minor", [12, 18])
def test_credentials_may_be_absent_in_a_repository_but_not_empty(minor: int):
    def found(value: object) -> set[tuple[str, str]]:
        text = text_of("flat", {f"{PREFIX}username": value, f"{PREFIX}password": value})
        return errors_of(list(platform_findings(config_of(text, minor, in_repository=True))))

    assert found(ABSENT) == set()
    assert found("") == {("required", f"{PREFIX}username"), ("required", f"{PREFIX}password")}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"folder": "ocp"}, "folder"),
        ({"folder": "/DC1/vm/ocp"}, "folder"),
        ({"resourcePool": "pool"}, "resourcePool"),
        ({"resourcePool": "/DC0/host/C1/Resources/pool"}, "resourcePool"),
        ({"resourcePool": "/DC0/host/C0/Resources"}, "resourcePool"),
    ],
)
def test_4_12_wants_paths_below_datacenter_and_cluster(changes: dict[str, object], where: str):
    assert errors(changes, 12) == {("inventory-path", where)}


def test_4_12_takes_full_paths():
    assert errors({"folder": "/DC0/vm/ocp", "resourcePool": "/DC0/host/C0/Resources/pool"}, 12) == set()


def test_4_12_takes_failure_domains_as_a_preview_only():
    assert errors({}, 12, base="vsphere") == {("preview", "vcenters"), ("preview", "failureDomains")}


def test_4_12_with_the_preview_takes_both_forms_together():
    text = text_of("flat", {f"{PREFIX}failureDomains": [{**OTHER_DOMAIN, "server": "vcenter.example.com"}]})
    found = platform_findings(config_of(f"{text}featureSet: TechPreviewNoUpgrade\n", 12))
    assert errors_of(list(found)) == set()


def test_later_versions_convert_bare_names():
    assert errors({"folder": "ocp", "cluster": "C0", "defaultDatastore": "D0"}, 18, base="flat") == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cluster": ABSENT}, {("required", "cluster")}),
        ({"network": ABSENT}, {("network-unnamed", "network")}),
        ({"cluster": ABSENT, "network": ABSENT}, set()),
        ({"resourcePool": "pool"}, {("inventory-path", "resourcePool")}),
        ({"defaultDatastore": "/D0"}, {("inventory-path", "defaultDatastore")}),
        ({"vCenter": ABSENT, "username": ABSENT, "password": ABSENT}, {("required", "vcenters")}),
    ],
)
def test_what_conversion_makes_of_flat_keys_is_judged(changes: dict[str, object], expected: set[tuple[str, str]]):
    assert errors(changes, 18, base="flat") == expected


@pytest.mark.parametrize("minor", [12, 18])
@pytest.mark.parametrize(
    "server", ["https://vcenter.example.com", "vcenter.example.com:443", "VCenter.example.com", "a b"]
)
def test_a_vcenter_is_named_by_a_host(server: str, minor: int):
    assert errors({"vCenter": server}, minor, base="flat") == {("vcenter-server", "vCenter")}


# --- vcenters and failureDomains --------------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", [13, 18])
@pytest.mark.parametrize("key", ["server", "user", "password", "datacenters"])
def test_a_vcenter_lacks_nothing(key: str, minor: int):
    assert ("required", f"vcenters[0].{key}") in errors({f"vcenters.0.{key}": ABSENT}, minor)


@pytest.mark.parametrize(
    "key",
    ["name", "region", "zone", "server", "topology.datacenter", "topology.datastore", "topology.computeCluster"],
)
@pytest.mark.parametrize("value", [ABSENT, ""])
def test_a_failure_domain_lacks_nothing(key: str, value: object):
    assert ("required", f"failureDomains[0].{key}") in errors({f"failureDomains.0.{key}": value})


@pytest.mark.parametrize("key", ["vcenters", "failureDomains"])
@pytest.mark.parametrize("value", [ABSENT, []])
def test_both_lists_are_needed(key: str, value: object):
    assert ("required", key) in errors({key: value})


@pytest.mark.parametrize("value", [ABSENT, []])
def test_a_failure_domain_has_a_network(value: object):
    where = "failureDomains[0].topology.networks"
    assert errors({f"{TOPOLOGY}networks": value}) == {("required", where)}


def test_a_failure_domain_is_in_a_listed_vcenter():
    assert errors({"failureDomains.0.server": "other.example.com"}) == {("server-unknown", "failureDomains[0].server")}


def test_a_further_failure_domain_in_an_unlisted_vcenter_is_our_own_error():
    assert errors({"failureDomains.1": OTHER_DOMAIN}) == {("server-not-looked-up", "failureDomains[1].server")}


def test_names_of_failure_domains_are_unique():
    twin = {**OTHER_DOMAIN, "name": "fd0", "server": "vcenter.example.com"}
    assert errors({"failureDomains.1": twin}) == {("failure-domain-twice", "failureDomains[1].name")}
    assert warnings_of(findings({"failureDomains.1": twin}, 13)) == {
        ("failure-domain-twice", f"{PREFIX}failureDomains[1].name")
    }


def test_a_datacenter_that_its_vcenter_does_not_list_is_warned_of():
    found = findings({"vcenters.0.datacenters": ["DC9"]})
    assert warnings_of(found) == {("datacenter-unlisted", f"{PREFIX}failureDomains[0].topology.datacenter")}


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("computeCluster", "/DC1/host/C0", "inventory-path"),
        ("computeCluster", "/DC0/C0", "inventory-path"),
        ("computeCluster", "/DC/host/C0", "other-datacenter"),
        ("datastore", "/DC1/datastore/D0", "inventory-path"),
        ("datastore", "/DC0/D0", "inventory-path"),
        ("datastore", "/xDC0/datastore/D0", "other-datacenter"),
        ("folder", "/DC1/vm/ocp", "inventory-path"),
        ("folder", "/DC0/ocp", "inventory-path"),
        ("resourcePool", "pool", "inventory-path"),
        ("resourcePool", "/DC0/host/C0", "inventory-path"),
        ("resourcePool", "/DC0/host/C9/Resources", "inventory-path"),
        ("resourcePool", "/DC1/host/C0/Resources", "inventory-path"),
    ],
)
def test_paths_are_full_and_in_the_datacenter(key: str, value: str, rule: str):
    assert errors({f"{TOPOLOGY}{key}": value}) == {(rule, f"failureDomains[0].topology.{key}")}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("computeCluster", "/DC0/host/folder/C0"),
        ("datastore", "/DC0/datastore/folder/D0"),
        ("folder", "/DC0/vm/a/b"),
        ("resourcePool", "/DC0/host/C0/Resources/a/b"),
    ],
)
def test_objects_may_be_in_folders(key: str, value: str):
    assert errors({f"{TOPOLOGY}{key}": value}) == set()


@pytest.mark.parametrize(("key", "value"), [("computeCluster", "C0"), ("datastore", "D0"), ("folder", "ocp")])
def test_bare_names_are_warned_of(key: str, value: str):
    found = findings({f"{TOPOLOGY}{key}": value})
    assert errors_of(found) == set()
    assert warnings_of(found) == {("relative-path", f"{PREFIX}failureDomains[0].topology.{key}")}


@pytest.mark.parametrize(("minor", "rule"), [(13, "vcenter-count"), (16, "vcenter-count"), (18, "several-vcenters")])
def test_one_vcenter_only_until_a_version_takes_more(minor: int, rule: str):
    second = {"server": "other.example.com", "user": "U", "password": "P", "datacenters": ["DC0"]}
    assert errors({"vcenters.1": second}, minor) == {(rule, "vcenters")}


def test_several_networks_are_our_own_error():
    assert errors({f"{TOPOLOGY}networks": ["a", "b"]}) == {("several-networks", "failureDomains[0].topology.networks")}


@pytest.mark.parametrize("tags", [[TAG] * 11, ["tag"], [TAG, TAG.replace("5736bf56", "x")]])
def test_tags_are_urns_and_at_most_ten(tags: list[str]):
    assert {rule for rule, _ in errors({f"{TOPOLOGY}tagIDs": tags})} == {"tag"}


def test_ten_tags_are_taken():
    assert errors({f"{TOPOLOGY}tagIDs": [TAG] * 10}) == set()


@pytest.mark.parametrize("minor", [12, 18])
def test_disks_are_of_three_types(minor: int):
    assert errors({"diskType": "fat"}, minor) == {("disk-type", "diskType")}
    assert errors({"diskType": "eagerZeroedThick"}, minor) == set()


# --- hosts ------------------------------------------------------------------------------------------------------------


def host(role: str, **keys: object) -> dict[str, object]:
    device = {"ipAddrs": ["10.1.224.50/24"], "gateway": "10.1.224.1", "nameservers": ["10.1.224.2"]}
    return {"role": role, "networkDevice": device, **keys}


ROLES = ["bootstrap", *["control-plane"] * 3, *["compute"] * 2]


def test_a_host_for_each_machine_and_one_for_the_bootstrap():
    assert errors({"hosts": [host(role) for role in ROLES]}) == set()


@pytest.mark.parametrize("roles", [[], ROLES[1:], ROLES[:-1], [*ROLES, "compute"], ["bootstrap", *ROLES]])
def test_too_many_and_too_few_hosts_are_refused(roles: list[str]):
    assert {rule for rule, _ in errors({"hosts": [host(role) for role in roles]})} == {"host-count"}


@pytest.mark.parametrize(
    ("keys", "rule", "where"),
    [
        ({"role": "master"}, "host-role", "hosts[0].role"),
        ({"role": ""}, "required", "hosts[0].role"),
        ({"failureDomain": "fd9"}, "failure-domain-unknown", "hosts[0].failureDomain"),
        ({"networkDevice": None}, "required", "hosts[0].networkDevice"),
        ({"networkDevice": {}}, "required", "hosts[0].networkDevice.ipAddrs"),
        ({"networkDevice": {"ipAddrs": ["10.1.224.5"]}}, "host-address", "hosts[0].networkDevice.ipAddrs[0]"),
        (
            {"networkDevice": {"ipAddrs": ["10.1.224.5/255.255.255.0"]}},
            "host-address",
            "hosts[0].networkDevice.ipAddrs[0]",
        ),
        (
            {"networkDevice": {"ipAddrs": ["10.1.224.5/24"], "gateway": "x"}},
            "host-address",
            "hosts[0].networkDevice.gateway",
        ),
        (
            {"networkDevice": {"ipAddrs": ["fd00::5/64"], "nameservers": ["fd00::1"] * 4}},
            "host-address",
            "hosts[0].networkDevice.nameservers",
        ),
    ],
)
def test_a_host_is_described_in_full(keys: dict[str, object], rule: str, where: str):
    hosts = [{**host("compute"), **keys}, *[host(role) for role in ROLES[:-1]]]
    assert (rule, where) in errors({"hosts": hosts})


def test_static_addresses_are_a_preview_before_4_16():
    assert errors({"hosts": [host(role) for role in ROLES]}, 15) == {("preview", "hosts")}


# --- pools ------------------------------------------------------------------------------------------------------------

POOL = "controlPlane.platform.vsphere"


@pytest.mark.parametrize("minor", [12, 18])
@pytest.mark.parametrize(
    ("pool", "where"),
    [
        ({"memoryMB": -5}, "memoryMB"),
        ({"osDisk": {"diskSizeGB": -1}}, "osDisk.diskSizeGB"),
        ({"cpus": -4}, "cpus"),
        ({"coresPerSocket": -4}, "coresPerSocket"),
    ],
)
def test_sizes_are_positive(pool: dict[str, object], where: str, minor: int):
    assert ("pool-size", f"{POOL}.{where}") in errors({}, minor, **{POOL.replace(".", "__"): pool})


@pytest.mark.parametrize(
    ("cpus", "cores", "refused_in"),
    [
        (8, 4, set()),
        (4, 8, {12, 18}),
        (8, 3, {12, 18}),
        (6, 2, {12}),
        (2, 0, {12, 18}),
        (6, 0, {12, 18}),
        (0, 8, {12, 18}),
        (0, 2, set()),
        (16, 0, set()),
    ],
)
@pytest.mark.parametrize("minor", [12, 18])
def test_cpus_fill_whole_sockets(cpus: int, cores: int, refused_in: set[int], minor: int):
    found = errors({}, minor, controlPlane__platform__vsphere={"cpus": cpus, "coresPerSocket": cores})
    assert ({rule for rule, _ in found} == {"cpus"}) == (minor in refused_in)


@pytest.mark.parametrize("zone", ["fd9", "", "FD0"])
def test_zones_are_failure_domains(zone: str):
    found = errors({}, compute__0__platform__vsphere={"zones": [zone]})
    assert found == {("zone", "compute[0].platform.vsphere.zones[0]")}


def test_a_zone_is_named_once():
    found = errors({}, compute__0__platform__vsphere={"zones": ["fd0", "fd0"]})
    assert found == {("zone", "compute[0].platform.vsphere.zones[1]")}


def test_zones_need_failure_domains():
    found = errors({}, 12, compute__0__platform__vsphere={"zones": ["fd0"]})
    assert found == {("zone", "compute[0].platform.vsphere.zones")}
