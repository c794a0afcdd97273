"""The keys of the virtual addresses; the addresses themselves are judged with the networks."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.networking import network_findings, network_plan
from support.install_configs import ABSENT, config_of, errors_of, text_of, warnings_of


def findings(platform: str, minor: int = 18, **keys: object):
    name = "vsphere" if platform == "flat" else platform
    changes = {f"platform.{name}.{key}": value for key, value in keys.items()}
    return list(network_findings(config_of(text_of(platform, changes), minor)))


def errors(platform: str, minor: int = 18, **keys: object) -> set[tuple[str, str]]:
    return errors_of(findings(platform, minor, **keys))


@pytest.mark.parametrize("minor", [12, 18])
def test_an_old_key_that_the_new_one_does_not_have_is_refused(minor: int):
    found = errors("baremetal", minor, apiVIP="10.1.224.99")
    assert found == {("vip-twice", "platform.baremetal.apiVIP")}


def test_old_and_new_key_may_say_the_same():
    assert errors("baremetal", apiVIP="10.1.224.10", ingressVIP="10.1.224.11") == set()


def test_the_old_key_counts_where_there_is_no_new_one():
    plan = network_plan(config_of(text_of("flat")))
    assert [(entry.text, entry.place[0]) for entry in plan.api_vips] == [("10.1.224.10", "platform.vsphere.apiVIP")]


@pytest.mark.parametrize("platform", ["vsphere", "nutanix", "baremetal"])
def test_one_of_the_two_alone_is_refused(platform: str):
    assert ("vip-missing", f"platform.{platform}.apiVIPs[0]") in errors(platform, ingressVIPs=ABSENT)
    assert ("vip-missing", f"platform.{platform}.ingressVIPs[0]") in errors(platform, apiVIPs=[])


def test_bare_metal_needs_them():
    assert errors("baremetal", apiVIPs=ABSENT, ingressVIPs=ABSENT) == {("required", "platform.baremetal")}


@pytest.mark.parametrize("platform", ["vsphere", "nutanix"])
def test_elsewhere_they_may_be_left_out_with_a_warning(platform: str):
    found = findings(platform, apiVIPs=ABSENT, ingressVIPs=ABSENT)
    assert (errors_of(found), warnings_of(found)) == (set(), {("vips-absent", f"platform.{platform}")})


@pytest.mark.parametrize("value", ["10.1.224.10", {"a": 1}])
def test_a_value_of_the_wrong_type_is_not_called_absent(value: object):
    assert ("required", "platform.baremetal") not in errors("baremetal", apiVIPs=value, ingressVIPs=ABSENT)


@pytest.mark.parametrize(
    ("platform", "minor", "rule"),
    [
        ("baremetal", 12, "vip-outside"),
        ("baremetal", 18, "vip-outside"),
        ("flat", 12, "vip-outside"),
        ("flat", 18, "vip-elsewhere"),
        ("vsphere", 18, "vip-elsewhere"),
        ("nutanix", 18, "vip-elsewhere"),
    ],
)
def test_an_address_outside_the_machine_networks_is_an_error_everywhere(platform: str, minor: int, rule: str):
    key, value = ("apiVIP", "10.1.225.1") if platform == "flat" else ("apiVIPs", ["10.1.225.1"])
    assert {name for name, _ in errors(platform, minor, **{key: value})} == {rule}


def test_a_null_member_is_no_address():
    assert errors("baremetal", apiVIPs=["10.1.224.10", None]) >= {("vip", "platform.baremetal.apiVIPs[1]")}


def test_a_load_balancer_of_the_user_s_own_may_have_any_address_and_one_for_both():
    shared = {"apiVIPs": ["192.0.2.1"], "ingressVIPs": ["192.0.2.1"]}
    assert errors("vsphere", **shared, loadBalancer={"type": "UserManaged"}) == set()
    assert {rule for rule, _ in errors("vsphere", **shared)} == {"vip-shared", "vip-elsewhere"}


@pytest.mark.parametrize(
    ("balancer", "rule"),
    [({"type": "Mine"}, "load-balancer"), ({"type": "usermanaged"}, "load-balancer"), ({}, "required")],
)
def test_a_load_balancer_has_a_known_type(balancer: dict[str, str], rule: str):
    assert errors("baremetal", loadBalancer=balancer) == {(rule, "platform.baremetal.loadBalancer.type")}


def test_a_load_balancer_is_a_preview_before_4_16():
    assert errors("vsphere", 14, loadBalancer={"type": "UserManaged"}) == {("preview", "platform.vsphere.loadBalancer")}
    text = text_of("vsphere", {"platform.vsphere.loadBalancer": {"type": "UserManaged"}})
    previewed = config_of(f"{text}featureSet: TechPreviewNoUpgrade\n", 14)
    assert errors_of(list(network_findings(previewed))) == set()


@pytest.mark.parametrize("platform", ["none", "aws", "external"])
def test_platforms_without_such_addresses_have_none_in_the_plan(platform: str):
    plan = network_plan(config_of(text_of(platform)))
    assert (plan.api_vips, plan.ingress_vips) == ((), ())
