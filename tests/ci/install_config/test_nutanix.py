"""Platform nutanix."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.platforms import platform_findings
from support.install_configs import ABSENT, config_of, errors_of, text_of

PREFIX = "platform.nutanix."
DOMAIN = {"name": "fd0", "prismElement": {"uuid": "e0"}, "subnetUUIDs": ["s0"]}


def errors(changes: dict[str, object], minor: int = 18, *, in_repository: bool = False, **top: object):
    paths = {f"{PREFIX}{key}": value for key, value in changes.items()}
    paths |= {key.replace("__", "."): value for key, value in top.items()}
    config = config_of(text_of("nutanix", paths), minor, in_repository=in_repository)
    return {(rule, where.removeprefix(PREFIX)) for rule, where in errors_of(list(platform_findings(config)))}


@pytest.mark.parametrize("minor", [12, 18])
def test_a_sound_file_has_no_error(minor: int):
    assert errors({}, minor) == set()


def test_what_has_the_wrong_type_is_not_told_again_as_missing():
    assert errors({"prismCentral": "p.example.com"}) == set()
    assert errors({"prismCentral.endpoint.port": "9440"}) == set()


def test_credentials_may_be_absent_in_a_repository():
    changes: dict[str, object] = {"prismCentral.username": ABSENT, "prismCentral.password": ABSENT}
    assert errors(changes, in_repository=True) == set()
    assert errors(changes) == {("required", "prismCentral.username"), ("required", "prismCentral.password")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"prismCentral.endpoint.address": ABSENT}, {("required", "prismCentral.endpoint.address")}),
        (
            {"prismCentral.endpoint.address": "https://p.example.com"},
            {("prism-endpoint", "prismCentral.endpoint.address")},
        ),
        ({"prismCentral.endpoint.port": ABSENT}, {("prism-endpoint", "prismCentral.endpoint.port")}),
        ({"prismCentral.endpoint.port": 65536}, {("prism-endpoint", "prismCentral.endpoint.port")}),
        ({"prismElements": ABSENT}, {("prism-elements", "prismElements")}),
        ({"prismElements.0.uuid": ""}, {("required", "prismElements[0].uuid")}),
        ({"prismElements.0.endpoint.port": 0}, {("prism-endpoint", "prismElements[0].endpoint.port")}),
        ({"subnetUUIDs": []}, {("required", "subnetUUIDs")}),
        ({"subnetUUIDs": [""]}, {("required", "subnetUUIDs")}),
        ({"subnetUUIDs": ["a", "b"]}, {("several-subnets", "subnetUUIDs")}),
        ({"subnetUUIDs": ["a", "a"]}, {("several-subnets", "subnetUUIDs"), ("subnets", "subnetUUIDs[1]")}),
        ({"subnetUUIDs": [str(n) for n in range(33)]}, {("subnets", "subnetUUIDs")}),
        ({"prismAPICallTimeout": 0}, {("pool-size", "prismAPICallTimeout")}),
        ({"failureDomains": [DOMAIN]}, set()),
        ({"failureDomains": [{**DOMAIN, "name": "---"}]}, {("failure-domain-name", "failureDomains[0].name")}),
        ({"failureDomains": [{**DOMAIN, "prismElement": {}}]}, {("required", "failureDomains[0].prismElement.uuid")}),
        ({"failureDomains": [{**DOMAIN, "subnetUUIDs": []}]}, {("required", "failureDomains[0].subnetUUIDs")}),
        (
            {"failureDomains": [{**DOMAIN, "storageContainers": [{"uuid": "u"}]}]},
            {("required", "failureDomains[0].storageContainers[0].referenceName")},
        ),
        (
            {"failureDomains": [{**DOMAIN, "dataSourceImages": [{"referenceName": "r"}]}]},
            {("required", "failureDomains[0].dataSourceImages[0]")},
        ),
    ],
)
def test_each_fault_has_its_rule_and_place(changes: dict[str, object], expected: set[tuple[str, str]]):
    assert errors(changes) == expected


@pytest.mark.parametrize(
    ("pool", "rule"),
    [
        ({"cpus": 4, "coresPerSocket": 2}, ""),
        ({"coresPerSocket": 2}, "nutanix-pool"),
        ({"cpus": 2, "coresPerSocket": 4}, "nutanix-pool"),
        ({"memoryMiB": -1}, "nutanix-pool"),
        ({"osDisk": {"diskSizeGiB": -1}}, "nutanix-pool"),
        ({"bootType": "BIOS"}, "nutanix-pool"),
        ({"bootType": "UEFI"}, ""),
    ],
)
def test_sizes_of_pools(pool: dict[str, object], rule: str):
    found = errors({}, controlPlane__platform__nutanix=pool)
    assert {name for name, _ in found} == ({rule} if rule else set())
