"""Rules about capabilities, feature sets and gates, CPU partitioning."""

from __future__ import annotations

import pytest

from support.install_configs import text_of
from support.verdicts import errors, found_in, warnings


def told(version: str, platform: str, baseline: object, *additional: str) -> list[str]:
    given = {"baselineCapabilitySet": baseline, "additionalEnabledCapabilities": list(additional)}
    return errors(found_in(text_of(platform, {"capabilities": given}), version))


@pytest.mark.parametrize(
    ("version", "platform", "baseline", "additional", "rules"),
    [
        ("4.12", "none", "None", [], []),
        ("4.12", "none", "v4.12", ["CSISnapshot"], []),
        ("4.12", "none", "v4.13", [], ["capability-set"]),
        ("4.12", "none", "None", ["Ingress"], ["capability"]),
        ("4.12", "none", None, [], ["capability-set"]),
        ("4.18", "none", "vCurrent", [], []),
        ("4.18", "none", "v4.18", [], []),
        ("4.18", "none", "v4.16", [], []),
        ("4.18", "none", "v4.15", [], ["capability-needed"]),
        ("4.18", "none", "v4.15", ["Ingress"], []),
        ("4.18", "none", "None", ["Ingress"], []),
        ("4.18", "none", "None", ["Ingress", "marketplace"], ["capability-needed"]),
        ("4.18", "none", "None", ["Ingress", "marketplace", "OperatorLifecycleManager"], []),
        ("4.18", "aws", "None", ["Ingress"], ["capability-needed"]),
        ("4.18", "aws", "None", ["Ingress", "CloudCredential", "CloudControllerManager"], []),
        ("4.18", "baremetal", "None", ["Ingress"], ["capability-needed"]),
        ("4.18", "baremetal", "None", ["Ingress", "baremetal"], []),
        ("4.18", "none", "v4.99", ["Ingress"], ["capability-set"]),
    ],
)
def test_capabilities(version: str, platform: str, baseline: object, additional: list[str], rules: list[str]):
    assert told(version, platform, baseline, *additional) == rules


@pytest.mark.parametrize(
    ("changes", "version", "rules"),
    [
        ({"featureSet": "TechPreviewNoUpgrade"}, "4.12", []),
        ({"featureSet": "DevPreviewNoUpgrade"}, "4.12", ["feature-set"]),
        ({"featureSet": "DevPreviewNoUpgrade"}, "4.18", []),
        ({"featureSet": "Default"}, "4.18", ["feature-set"]),
        ({"featureGates": ["A=true"]}, "4.18", ["feature-gates"]),
        ({"featureSet": "CustomNoUpgrade", "featureGates": ["A=true", "B=0"]}, "4.18", []),
        ({"featureSet": "CustomNoUpgrade", "featureGates": ["A", "B=yes", "C=a=b"]}, "4.18", ["feature-gates"] * 3),
        ({"cpuPartitioningMode": "AllNodes"}, "4.18", []),
        ({"cpuPartitioningMode": "all"}, "4.18", ["cpu-partitioning"]),
    ],
)
def test_features(changes: dict[str, object], version: str, rules: list[str]):
    assert errors(found_in(text_of("none", changes), version)) == rules


def test_a_feature_set_forbids_upgrades():
    assert warnings(found_in(text_of("none", {"featureSet": "TechPreviewNoUpgrade"}))) == ["feature-set"]


@pytest.mark.parametrize(("replicas", "rules"), [(1, []), (3, ["bootstrap-in-place"])])
def test_bootstrap_in_place_is_for_one_node(replicas: int, rules: list[str]):
    changes = {"bootstrapInPlace.installationDisk": "/dev/sda", "controlPlane.replicas": replicas}
    assert warnings(found_in(text_of("none", changes))) == rules
