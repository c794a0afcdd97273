"""Which versions belong together, and what is said where nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from antrea_ci.checks.context import Context
from antrea_ci.checks.versions import findings
from antrea_ci.facts import facts
from antrea_ci.repo import ClusterRepo
from antrea_ci.versions import interworking_tags, is_proven, kubernetes_minor, oldest_kubernetes, parse_tag
from support.small import cluster_repo, rendering_repo, set_cluster

DIGEST = "sha256:" + "0123456789abcdef" * 4


def told(repo: ClusterRepo) -> list[tuple[str, str]]:
    found = findings(Context(repo, today=date(2026, 11, 25)))
    return [(item.rule.removeprefix("versions/"), str(item.location)) for item in found]


def rules(tmp_path: Path, *, flavour: str = "openshift", version: str = "4.12.45", **images: str) -> list[str]:
    """The rules that a repository without a bundle breaks; images by the tags of ``images``."""
    names = {"operator": "antrea-operator", "interworking": "interworking-ubi"}
    given = {key: f"r.example.org/{names.get(key, f'antrea-{key}-ubi')}:{tag}" for key, tag in images.items()}
    repo = cluster_repo(tmp_path / "it", flavour=flavour, images=given, **{flavour: {"version": version}})
    return [rule for rule, _ in told(repo)]


def test_images_of_one_version_give_nothing(tmp_path: Path):
    assert rules(tmp_path, operator="v1.13.1_vmware.1", antrea="v1.13.1_vmware.1") == []


def test_with_or_without_v_it_is_the_same_version(tmp_path: Path):
    assert rules(tmp_path, operator="v1.14.1", antrea="1.14.1") == []


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ({"operator": "v1.14.1", "antrea": "v1.13.1"}, ["mixed"]),
        ({"operator": "v1.14.1", "agent": "v1.14.1", "controller": "v1.14.2"}, ["mixed"]),
        ({"operator": "v1.14.1", "agent": "v1.14.0-rc1", "controller": "v1.14.2"}, ["mixed", "mixed"]),
        ({"operator": "v1.14.1_vmware.1", "antrea": "v1.14.1_vmware.2"}, ["build"]),
        ({"operator": "v1.14.1_vmware.1", "antrea": "v1.14.1"}, ["build"]),
        ({"operator": "stable", "antrea": "v1.14.1"}, []),
        ({"operator": "stable", "agent": "v1.14.1", "controller": "v1.14.2"}, ["mixed"]),
    ],
)
def test_operator_agent_and_controller_are_of_one_version(tmp_path: Path, images: dict[str, str], expected: list[str]):
    assert rules(tmp_path, **images) == expected


def test_the_finding_stands_at_the_image_that_differs(tmp_path: Path):
    images = {"operator": "r.example.org/o:v1.14.1", "antrea": "r.example.org/a:v1.13.1"}
    assert told(cluster_repo(tmp_path / "it", images=images)) == [("mixed", "cluster.yaml:7:11")]


def test_a_digest_alone_tells_no_version(tmp_path: Path):
    images = {"operator": f"r.example.org/o@{DIGEST}", "antrea": f"r.example.org/a@{DIGEST}"}
    assert told(cluster_repo(tmp_path / "it", images=images)) == []


def test_a_tag_before_a_digest_tells_it(tmp_path: Path):
    images = {"operator": f"r.example.org/o:v1.14.1@{DIGEST}", "antrea": f"r.example.org/a:v1.13.1@{DIGEST}"}
    assert [rule for rule, _ in told(cluster_repo(tmp_path / "it", images=images))] == ["mixed"]


def test_a_version_that_is_written_must_be_that_of_the_tags(tmp_path: Path):
    repo = cluster_repo(tmp_path / "it", antrea={"version": "1.14.1"})
    assert told(repo) == []
    set_cluster(repo.root, antrea={"version": "1.15.0"})
    assert ("mixed", "cluster.yaml:9:12") in told(repo)


def test_the_operator_is_of_the_bundles_version(tmp_path: Path, kustomize: Path):
    repo = rendering_repo(tmp_path / "it")
    lock = repo.bundle_lock_file
    text = lock.read_text()
    assert "operatorVersion" not in text
    lock.write_text(text.replace("imageFields:", "operatorVersion: v1.14.1\nimageFields:"))
    assert told(repo) == []
    lock.write_text(text.replace("imageFields:", "operatorVersion: v1.13.1_vmware.1\nimageFields:"))
    assert told(repo) == [("bundle", "cluster.yaml:6:13")]


@pytest.mark.parametrize(
    ("antrea", "interworking", "expected"),
    [
        ("v1.13.1_vmware.1", "0.13.0_vmware.1", []),
        ("v1.13.1_vmware.1", "v0.13.2", []),
        ("v1.13.1_vmware.1", "0.15.0_vmware.1", ["interworking"]),
        ("v1.13.1_vmware.1", "0.130.0", ["interworking"]),
        ("v1.14.1", "0.14.0", ["interworking-unknown"]),
        ("v1.14.1", "stable", []),
    ],
)
def test_the_interworking_image_goes_with_antrea(tmp_path: Path, antrea: str, interworking: str, expected: list[str]):
    assert rules(tmp_path, operator=antrea, antrea=antrea, interworking=interworking) == expected


@pytest.mark.parametrize(
    ("version", "antrea", "expected"),
    [
        ("4.12.45", "v1.13.1_vmware.1", []),
        ("4.12.1", "v1.14.1", []),
        ("4.18.9", "v2.3.0_vmware.1", []),
        ("4.14.3", "v1.13.1_vmware.1", ["untested"]),
        ("4.18.9", "v1.14.1", ["untested"]),
        ("4.12.45", "v2.3.0", ["untested"]),
    ],
)
def test_only_pairs_with_public_evidence_go_without_a_warning(
    tmp_path: Path, version: str, antrea: str, expected: list[str]
):
    assert rules(tmp_path, version=version, operator=antrea, antrea=antrea) == expected


@pytest.mark.parametrize(
    ("version", "antrea", "expected"),
    [
        ("1.29.4", "v1.14.1", []),
        ("1.15.9", "v1.14.1", ["kubernetes-unknown", "kubernetes-too-old"]),
        ("1.18.9", "v1.14.1", ["kubernetes-unknown"]),
        ("1.18.9", "v2.3.0", ["kubernetes-unknown", "kubernetes-too-old"]),
        ("1.99.0", "v2.3.0", ["kubernetes-unknown"]),
    ],
)
def test_antrea_wants_a_kubernetes_that_is_not_too_old(tmp_path: Path, version: str, antrea: str, expected: list[str]):
    assert rules(tmp_path, flavour="kubernetes", version=version, operator=antrea, antrea=antrea) == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("antrea-ubi:v1.14.0", ["known-bad"]),
        ("antrea-ubi:v1.14.0_vmware.1", ["build"]),
        ("antrea-ubuntu:v1.14.0", []),
        ("antrea-ubi:v1.14.1", ["mixed"]),
    ],
)
def test_an_image_that_is_known_to_fail_is_told(tmp_path: Path, image: str, expected: list[str]):
    images = {"operator": "r.example.org/o:v1.14.0", "antrea": f"r.example.org/{image}"}
    assert [rule for rule, _ in told(cluster_repo(tmp_path / "it", images=images))] == expected


@pytest.mark.parametrize(
    ("text", "version", "build"),
    [
        ("v1.13.1_vmware.1", "1.13.1", "_vmware.1"),
        ("1.3.0_vmware.1", "1.3.0", "_vmware.1"),
        ("v2.3", "2.3.0", ""),
        ("v1.15.0-rc.1", "1.15.0", "-rc.1"),
    ],
)
def test_a_tag_is_read_as_version_and_build(text: str, version: str, build: str):
    tag = parse_tag(text)
    assert tag
    assert (tag.version, tag.build) == (version, build)


@pytest.mark.parametrize("text", [None, "", "stable", "v1", "latest", "vv1.2.3"])
def test_other_tags_tell_no_version(text: str | None):
    assert parse_tag(text) is None


def test_kubernetes_is_thirteen_ahead_of_openshift():
    assert [kubernetes_minor("openshift", f"4.{minor}.0") for minor in (12, 16, 18)] == [25, 29, 31]
    assert kubernetes_minor("kubernetes", "1.29.4") == 29


def test_every_row_of_the_facts_can_be_asked():
    for row in facts("versions")["products"]:
        assert interworking_tags(parse_tag(row["antrea"]))
    for row in facts("versions")["proven"]:
        assert is_proven(int(row["openshift"].split(".")[1]), parse_tag(row["antrea"]))
    assert oldest_kubernetes(parse_tag("v0.13.1")) == 16
