"""Rules about machine pools."""

from __future__ import annotations

import pytest

from support.install_configs import text_of
from support.verdicts import errors, found_in, warnings


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("controlPlane.replicas", 0, ["replicas"]),
        ("controlPlane.replicas", -1, ["replicas"]),
        ("controlPlane.replicas", 1, []),
        ("compute.0.replicas", -1, ["replicas"]),
        ("compute.0.replicas", 0, []),
        ("compute.0.name", "infra", ["pool-name"]),
        ("compute.0.name", "", ["pool-name"]),
        ("compute.0.name", "edge", ["pool-name"]),
        ("compute.1", {"name": "worker"}, ["pool-twice"]),
        ("compute", [], []),
        ("controlPlane.hyperthreading", "Disabled", []),
        ("controlPlane.hyperthreading", "disabled", ["hyperthreading"]),
        ("compute.0.architecture", "arm64", ["architectures-differ"]),
        ("compute.0.architecture", "amd64", []),
        ("compute.0.platform", {"none": {}}, ["unknown-key"]),
        ("compute.0.platform", {"vsphere": {}}, ["pool-platform"]),
        ("controlPlane.platform", {}, []),
    ],
)
def test_a_pool_on_platform_none(path: str, value: object, rules: list[str]):
    assert errors(found_in(text_of("none", {path: value}))) == rules


def test_both_pools_may_have_another_architecture():
    changes = {"controlPlane.architecture": "arm64", "compute.0.architecture": "arm64"}
    assert errors(found_in(text_of("none", changes))) == []


@pytest.mark.parametrize(("version", "rules"), [("4.12", ["pool-name"]), ("4.18", [])])
def test_an_edge_pool_is_for_aws_from_4_13_on(version: str, rules: list[str]):
    assert errors(found_in(text_of("aws", {"compute.1": {"name": "edge", "replicas": 0}}), version)) == rules


@pytest.mark.parametrize(("version", "rules"), [("4.12", ["architectures-differ"]), ("4.18", [])])
def test_aws_mixes_architectures_in_newer_versions(version: str, rules: list[str]):
    assert errors(found_in(text_of("aws", {"compute.0.architecture": "arm64"}), version)) == rules


def test_the_installer_ignores_settings_for_nutanix_elsewhere():
    found = found_in(text_of("none", {"compute.0.platform": {"nutanix": {}}}))
    assert (errors(found), warnings(found)) == ([], ["pool-platform"])


@pytest.mark.parametrize(
    ("replicas", "version", "rules"),
    [(2, "4.18", ["control-plane-size"]), (5, "4.12", ["control-plane-size"]), (5, "4.18", []), (3, "4.12", [])],
)
def test_sizes_of_the_control_plane_without_support(replicas: int, version: str, rules: list[str]):
    assert warnings(found_in(text_of("none", {"controlPlane.replicas": replicas}), version)) == rules


def test_the_name_of_the_control_plane_has_no_effect():
    assert warnings(found_in(text_of("none", {"controlPlane.name": "control"}))) == ["control-plane-name"]
