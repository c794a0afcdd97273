"""Which images a cluster pulls, who names them, where they come from and where they have to lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antrea_ci.images.plan import PlannedImage, Use, is_outdated, planned
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.yamlio import Value
from support.install_configs import text_of
from support.small import cluster_repo

OPERATOR, UBI = "r.example.org/antrea-operator:v1.14.1", "r.example.org/antrea-ubi:v1.14.1"
DIGEST = f"sha256:{'1' * 64}"


def cluster_of(
    folder: Path, config: dict[str, object] | None = None, version: str = "4.18.9", **sections: Any
) -> Cluster:
    repo = cluster_repo(folder / "repository", openshift={"version": version}, **sections)
    repo.install_config_file.write_text(text_of("none", config))
    cluster, findings = examine(repo)
    assert cluster is not None, findings
    return cluster


def manifest(kind: str, spec: dict[str, Value], name: str = "thing") -> Value:
    return {"kind": kind, "metadata": {"name": name, "namespace": "ns"}, "spec": spec}


def pod(**containers: Value) -> dict[str, Value]:
    return {"template": {"spec": {**containers}}}


def only(plan: tuple[PlannedImage, ...], reference: str) -> PlannedImage:
    (found,) = [one for one in plan if one.reference == reference]
    return found


def test_images_of_cluster_yaml_come_first_with_all_who_use_them(tmp_path: Path):
    operator = manifest(
        "Deployment", pod(containers=[{"name": "antrea-operator", "image": OPERATOR}]), "antrea-operator"
    )
    install = manifest("AntreaInstall", {"antreaImage": UBI})
    first, second = planned(cluster_of(tmp_path), {"a": operator, "b": install})
    assert (first.reference, first.tag, first.digest, first.platforms) == (OPERATOR, "v1.14.1", "", ("linux/amd64",))
    assert first.uses == (
        Use("cluster.yaml", "images.operator"),
        Use("Deployment/ns/antrea-operator", "spec.template.spec.containers[0].image"),
    )
    assert second.uses[1] == Use("AntreaInstall/ns/thing", "spec.antreaImage")


@pytest.mark.parametrize(
    "spec",
    [
        pod(initContainers=[{"image": "q.example.com/a/b:1"}]),
        pod(containers=[{"env": [{"name": "RELATED_IMAGE_X", "value": "q.example.com/a/b:1"}]}]),
        {"interworkingImage": "q.example.com/a/b:1"},
        {"config": "x: 1\ntransportImage: q.example.com/a/b:1\n"},
        {"jobTemplate": {"spec": pod(containers=[{"image": "q.example.com/a/b:1"}])}},
    ],
)
def test_images_are_found_wherever_an_object_names_them(tmp_path: Path, spec: dict[str, Value]):
    image = planned(cluster_of(tmp_path), {"x": {"kind": "List", "items": [manifest("Anything", spec)]}})[-1]
    assert (image.reference, image.uses[0].object) == ("q.example.com/a/b:1", "Anything/ns/thing")


def test_placeholders_and_definitions_name_no_image(tmp_path: Path):
    objects = {
        "a": manifest(
            "Deployment", pod(containers=[{"image": "ReplaceOperatorImage"}, {"image": "vmware.io/antrea/x:1"}])
        ),
        "b": manifest("CustomResourceDefinition", {"default": {"image": "q.example.com/a/b:1"}}),
    }
    assert [image.reference for image in planned(cluster_of(tmp_path), objects)] == [OPERATOR, UBI]


def test_what_was_rendered_before_a_change_of_cluster_yaml_does_not_count(tmp_path: Path):
    objects = {"b": manifest("AntreaInstall", {"antreaImage": "r.example.org/antrea-ubi:v1.13.0"})}
    cluster = cluster_of(tmp_path)
    assert [image.reference for image in planned(cluster, objects)] == [OPERATOR, UBI]
    assert (is_outdated(cluster, objects), is_outdated(cluster, {})) == (True, False)


def test_the_architectures_of_both_pools_count(tmp_path: Path):
    pools = {"controlPlane": {"name": "master", "replicas": 3, "architecture": "arm64"}}
    compute = [{"name": "worker", "replicas": 2, "architecture": "arm64"}]
    image = planned(cluster_of(tmp_path, {**pools, "compute": compute}), {})[0]
    assert (image.platforms, image.as_json()["architectures"]) == (("linux/arm64",), ["arm64"])


@pytest.mark.parametrize(
    ("reference", "source"),
    [
        ("r.example.org/x/antrea-ubi:v1.14.1", "docker.io/antrea/antrea-ubi:v1.14.1"),
        ("r.example.org/x/antrea-ubi:v1.13.1_vmware.1", "antrea-ubi-v1.13.1_vmware.1.tar.gz"),
        ("r.example.org/x/something:v1.14.1", ""),
    ],
)
def test_the_source_is_where_the_vendor_has_it(tmp_path: Path, reference: str, source: str):
    image = only(planned(cluster_of(tmp_path, images={"operator": OPERATOR, "antrea": reference}), {}), reference)
    assert (image.source, image.target) == (source, reference)


@pytest.mark.parametrize("end", [":v1.14.1", f":v1.14.1@{DIGEST}", f"@{DIGEST}"])
def test_with_a_mirror_the_target_is_there_by_its_tag(tmp_path: Path, end: str):
    images = {"operator": OPERATOR, "antrea": f"vendor.example.net/antrea/antrea-ubi{end}"}
    site = {"mirrorRegistry": "r.example.org/mirror"}
    image = planned(cluster_of(tmp_path, images=images, site=site), {})[1]
    tag = end.partition("@")[0] or end
    assert (image.source, image.target) == (images["antrea"], f"r.example.org/mirror/antrea/antrea-ubi{tag}")
    assert planned(cluster_of(tmp_path / "b", images=images, site=site), {})[0].target == OPERATOR


def test_mirrors_of_install_config_go_before_that_of_the_site(tmp_path: Path):
    config: dict[str, object] = {
        "imageDigestSources": [
            {"source": "vendor.example.net", "mirrors": ["short.example.org"]},
            {"source": "vendor.example.net/antrea", "mirrors": ["long.example.org/x", "second.example.org"]},
        ]
    }
    images = {"operator": OPERATOR, "antrea": "vendor.example.net/antrea/antrea-ubi:v1"}
    image = planned(cluster_of(tmp_path, config, images=images, site={"mirrorRegistry": "m.example.org"}), {})[1]
    assert image.target == "long.example.org/x/antrea-ubi:v1"
