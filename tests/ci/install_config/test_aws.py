"""Platform aws, as far as it can be judged without asking AWS; and platform external."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.platforms import platform_findings
from support.install_configs import ABSENT, config_of, errors_of, text_of, warnings_of

POOL = "controlPlane__platform__aws"


def errors(minor: int = 18, **changes: object) -> set[tuple[str, str]]:
    paths = {key.replace("__", "."): value for key, value in changes.items()}
    return errors_of(list(platform_findings(config_of(text_of("aws", paths), minor))))


def test_a_sound_file_has_no_error():
    assert errors() == set()


@pytest.mark.parametrize("value", [ABSENT, ""])
def test_it_has_a_region(value: object):
    assert errors(platform__aws__region=value) == {("required", "platform.aws.region")}


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ({"hostedZone": "Z1"}, "hostedZone"),
        ({"hostedZoneRole": "arn:r"}, "hostedZoneRole"),
        ({"hostedZone": "Z1", "subnets": ["s"], "hostedZoneRole": "arn:r"}, "hostedZoneRole"),
    ],
)
def test_an_existing_zone_needs_what_belongs_to_it(keys: dict[str, object], where: str):
    assert errors(platform__aws={"region": "r", **keys}) == {("hosted-zone", f"platform.aws.{where}")}


def test_an_existing_zone_with_all_that_belongs_to_it():
    keys = {"region": "r", "hostedZone": "Z1", "subnets": ["s"], "hostedZoneRole": "arn:r"}
    assert errors(platform__aws=keys, credentialsMode="Manual") == set()


@pytest.mark.parametrize("url", ["", "http://ec2.example.com", "https://ec2.example.com/x", "/x", "https://e?a=b"])
def test_an_endpoint_is_an_https_host(url: str):
    found = errors(platform__aws__serviceEndpoints=[{"name": "ec2", "url": url}])
    assert found == {("service-endpoint", "platform.aws.serviceEndpoints[0].url")}


def test_an_endpoint_is_named_once():
    twice = [{"name": "ec2", "url": "ec2.example.com"}, {"name": "ec2", "url": "https://ec2.example.com/"}]
    assert errors(platform__aws__serviceEndpoints=twice) == {
        ("service-endpoint", "platform.aws.serviceEndpoints[1].name")
    }


@pytest.mark.parametrize("tag", ["Name", "name", "kubernetes.io/cluster/a"])
def test_some_tags_are_the_installer_s_own(tag: str):
    assert {rule for rule, _ in errors(platform__aws__userTags={tag: "x"})} == {"user-tags"}


@pytest.mark.parametrize(("minor", "refused"), [(12, False), (18, True)])
def test_the_number_of_tags_is_limited_by_version(minor: int, refused: bool):
    tags = {f"t{number}": "x" for number in range(30)}
    assert bool(errors(minor, platform__aws__userTags=tags)) == refused


@pytest.mark.parametrize(
    ("pool", "rule"),
    [
        ({"zones": ["us-east-1a"]}, "zone"),
        ({"zones": ["eu-central-1a"]}, ""),
        ({"metadataService": {"authentication": "required"}}, "metadata-authentication"),
        ({"additionalSecurityGroupIDs": ["sg"]}, "security-groups"),
        ({"rootVolume": {"type": "gp9", "size": 1}}, "volume-type"),
        ({"rootVolume": {"type": "gp3"}}, "pool-size"),
        ({"rootVolume": {"type": "io1", "size": 120}}, "pool-size"),
        ({"rootVolume": {"type": "gp2", "size": 120, "iops": 2000}}, "pool-size"),
        ({"rootVolume": {"type": "GP3", "size": 120}}, ""),
    ],
)
def test_each_fault_of_a_pool(pool: dict[str, object], rule: str):
    assert {name for name, _ in errors(**{POOL: pool})} == ({rule} if rule else set())


def test_a_region_without_images_needs_one():
    china: dict[str, object] = {"platform__aws__region": "cn-north-1"}
    assert errors(**china) == {("image-missing", "platform.aws.region")}
    assert errors(**china, platform__aws__amiID="ami-1") == set()
    assert errors(**china, **{POOL: {"amiID": "ami-1"}}, compute__0__platform__aws={"amiID": "ami-2"}) == set()
    assert errors(**china, **{POOL: {"amiID": "ami-1"}}) == {("image-missing", "platform.aws.region")}


def test_machines_are_of_two_architectures():
    assert errors(controlPlane__architecture="arm64") == set()
    assert errors(controlPlane__architecture="s390x") == {("architecture", "controlPlane.architecture")}


def test_external_has_one_kind_of_cloud_controller_manager():
    def warned(value: str) -> set[tuple[str, str]]:
        text = text_of("external", {"platform.external.cloudControllerManager": value})
        return warnings_of(list(platform_findings(config_of(text))))

    assert warned("External") == set()
    where = "platform.external.cloudControllerManager"
    assert warned("external") == {("cloud-controller-manager", where)}
