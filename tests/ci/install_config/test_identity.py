"""Rules about API version, name, domain and platform."""

from __future__ import annotations

import pytest

from support.install_configs import ABSENT, text_of
from support.verdicts import errors, found_in, warnings

SOUND_NAMES = ["ocp", "1ocp", "a-b", "a.b", "a" * 54]
WRONG_NAMES = ["OCP", "ocp_lab", "-ocp", "ocp-", "ocp two", "a" * 55, "\u00e9cp", "a..b"]


@pytest.mark.parametrize("name", SOUND_NAMES)
def test_names_that_the_installer_takes(name: str):
    assert errors(found_in(text_of("none", {"metadata.name": name}))) == []


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_names_that_it_refuses_are_told_once(name: str):
    assert errors(found_in(text_of("none", {"metadata.name": name}))) == ["name"]


@pytest.mark.parametrize("platform", ["vsphere", "baremetal", "nutanix"])
def test_on_premises_a_name_has_no_dot(platform: str):
    assert errors(found_in(text_of(platform, {"metadata.name": "a.b"}))) == ["name"]


def test_on_ovirt_a_name_has_at_most_14_characters():
    text = text_of("none", {"platform": {"ovirt": {}}, "metadata.name": "a-name-of-lab-2"})
    (finding,) = (finding for finding in found_in(text, "4.12") if finding.rule == "install-config/name")
    assert finding.message.endswith("is 15 characters long, at most 14 are possible")
    assert finding.fix == "write `a-name-of-lab`"


def test_a_better_name_is_proposed():
    (finding,) = found_in(text_of("none", {"metadata.name": "OCP_Lab"}))
    assert finding.fix == "write `ocp-lab`"


def test_a_name_that_is_shortened_is_a_warning():
    assert warnings(found_in(text_of("none", {"metadata.name": "a" * 22}))) == ["name-length"]
    assert warnings(found_in(text_of("none", {"metadata.name": "a" * 21}))) == []


@pytest.mark.parametrize("domain", ["example.com", "example.com.", "x", "10.0.0.1", ".".join("a" * 60)])
def test_domains_that_the_installer_takes(domain: str):
    assert errors(found_in(text_of("none", {"baseDomain": domain}))) == []


@pytest.mark.parametrize("domain", ["Example.com", "-a.b", "a b", ".a", "a..", f"{'a.' * 126}a"])
def test_domains_that_it_refuses(domain: str):
    assert errors(found_in(text_of("none", {"baseDomain": domain}))) == ["base-domain"]


@pytest.mark.parametrize(
    ("version", "rules"),
    [("v1", []), ("v1beta3", []), ("v1beta4", []), ("v1beta1", ["api-version"]), ("", ["required"])],
)
def test_api_versions(version: str, rules: list[str]):
    assert errors(found_in(text_of("none", {"apiVersion": version}))) == rules


@pytest.mark.parametrize("path", ["apiVersion", "baseDomain", "metadata.name", "metadata"])
def test_what_must_be_there(path: str):
    assert errors(found_in(text_of("none", {path: ABSENT}))) == ["required"]


@pytest.mark.parametrize(
    ("platform", "version", "rules"),
    [
        ({}, "4.18", ["platform"]),
        (None, "4.18", ["platform"]),
        ({"none": None}, "4.18", ["platform"]),
        ({"none": {}, "external": {}}, "4.18", ["platform"]),
        ({"external": {}}, "4.18", []),
        ({"external": {}}, "4.13", ["unknown-key"]),
        ({"alibabacloud": {}}, "4.12", []),
        ({"alibabacloud": {}}, "4.18", ["unknown-key"]),
        ({"ovirt": {}}, "4.18", ["platform"]),
        ({"libvirt": {}}, "4.12", ["platform"]),
        ({"vmware": {}}, "4.18", ["unknown-key"]),
    ],
)
def test_there_is_exactly_one_platform_of_this_version(platform: object, version: str, rules: list[str]):
    assert errors(found_in(text_of("none", {"platform": platform}), version)) == rules
