"""The images of a cluster, asked for as its nodes will ask."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import registry as module
from antrea_ci.preflight.site import NotApplicableError
from support.authority import Authority
from support.preflight import PULL_SECRET, closed_port, cluster, site, told
from support.registries import PASSWORD, USER, Gate, pull_secret, push, registry, storage

NAME = "antrea/antrea-ubi:v1.14.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stored() -> Generator[str]:
    with storage() as host:
        yield host


@pytest.fixture(scope="module")
def digest(stored: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    return push(stored, NAME, tmp_path_factory.mktemp("image"))


@pytest.fixture
def gate(authority: Authority, stored: str, digest: str) -> Generator[Gate]:
    with registry(stored, authority.server("127.0.0.1"), login="bearer") as opened:
        yield opened


def trust(authority: Authority, **changes: object) -> dict[str, object]:
    return {"additionalTrustBundle": authority.pem, "additionalTrustBundlePolicy": "Always", **changes}


def found(folder: Path, image: str, changes: Mapping[str, object], login: str = f"{USER}:{PASSWORD}") -> list[Finding]:
    host = image.partition("/")[0]
    images = {"operator": image, "antrea": image}
    of = cluster(folder, "none", changes, images=images)
    return list(module.probe(site(of, secrets={PULL_SECRET: pull_secret(host, login)}, images=[image])))


def test_an_image_that_nodes_can_pull_is_right(tmp_path: Path, authority: Authority, gate: Gate):
    assert found(tmp_path, f"{gate.host}/{NAME}", trust(authority)) == []


def test_a_missing_image_is_told_where_cluster_yaml_names_it(tmp_path: Path, authority: Authority, gate: Gate):
    (finding,) = found(tmp_path, f"{gate.host}/antrea/antrea-ubi:v9", trust(authority))
    assert told([finding]) == [("error", "image-missing")]
    assert finding.location.file == "cluster.yaml"
    assert f"{gate.host}/antrea/antrea-ubi:v9 cannot be pulled: there is no such image" in finding.message


def test_the_login_is_the_one_of_the_pull_secret(tmp_path: Path, authority: Authority, gate: Gate):
    (finding,) = found(tmp_path, f"{gate.host}/{NAME}", trust(authority), login="robot:wrong-password")
    assert told([finding]) == [("error", "image-login")]
    assert "wrong-password" not in finding.as_text()


def test_the_bundle_counts_only_where_nodes_get_it(tmp_path: Path, authority: Authority, gate: Gate):
    changes = trust(authority, additionalTrustBundlePolicy="Proxyonly")
    (finding,) = found(tmp_path, f"{gate.host}/{NAME}", changes)
    assert told([finding]) == [("error", "registry-trust")]
    assert "add `additionalTrustBundlePolicy: Always`" in finding.fix


def test_a_registry_without_tls_will_not_do(tmp_path: Path, authority: Authority, stored: str, digest: str):
    (finding,) = found(tmp_path, f"{stored}/{NAME}", trust(authority))
    assert told([finding]) == [("error", "registry-plain")]


def test_a_registry_that_is_not_there_is_told_once_for_all_its_images(tmp_path: Path):
    host = f"127.0.0.1:{closed_port()}"
    images = [f"{host}/antrea/antrea-operator:v1", f"{host}/antrea/antrea-ubi:v1"]
    (finding,) = module.probe(site(cluster(tmp_path, "none"), images=images))
    assert told([finding]) == [("error", "registry-unreachable")]
    assert finding.message == f"the registry {host} cannot be used: the connection is refused"


@pytest.mark.parametrize(
    ("rules", "rule"),
    [({"limit": True}, "registry-limit"), ({"realm": "http://auth.example.com/"}, "registry-answer")],
)
def test_a_registry_that_refuses_or_behaves_oddly(
    tmp_path: Path, authority: Authority, stored: str, digest: str, rules: dict[str, object], rule: str
):
    with registry(stored, authority.server("127.0.0.1"), login="bearer", **rules) as odd:
        (finding,) = found(tmp_path, f"{odd.host}/{NAME}", trust(authority))
    assert told([finding]) == [("error", rule)]


def test_an_image_for_another_machine(tmp_path: Path, authority: Authority, gate: Gate):
    changes = trust(authority, **{"controlPlane.architecture": "arm64", "compute.0.architecture": "arm64"})
    (finding,) = found(tmp_path, f"{gate.host}/{NAME}", changes)
    assert told([finding]) == [("error", "image-platform")]
    assert "is for linux/amd64; the nodes are linux/arm64" in finding.message


def test_a_digest_comes_from_a_mirror(tmp_path: Path, authority: Authority, gate: Gate, digest: str):
    mirrors = [{"source": "registry.antrea-gitops.invalid/vendor", "mirrors": [f"{gate.host}/antrea"]}]
    image = f"registry.antrea-gitops.invalid/vendor/antrea-ubi@{digest}"
    of = cluster(tmp_path, "none", trust(authority, imageDigestSources=mirrors))
    secret = {PULL_SECRET: pull_secret(gate.host)}
    assert list(module.probe(site(of, secrets=secret, images=[image]))) == []


def test_a_tag_never_comes_from_a_mirror(tmp_path: Path, authority: Authority, gate: Gate):
    mirrors = [{"source": "registry.antrea-gitops.invalid/vendor", "mirrors": [f"{gate.host}/antrea"]}]
    of = cluster(tmp_path, "none", trust(authority, imageDigestSources=mirrors))
    image = "registry.antrea-gitops.invalid/vendor/antrea-ubi:v1.14.1"
    findings = list(module.probe(site(of, secrets={PULL_SECRET: pull_secret(gate.host)}, images=[image])))
    assert told(findings) == [("error", "registry-unreachable")]


def test_a_mirror_that_lacks_the_image_is_told_although_the_source_has_it(
    tmp_path: Path, authority: Authority, gate: Gate, digest: str
):
    mirrors = [{"source": f"{gate.host}/antrea", "mirrors": [f"{gate.host}/empty"]}]
    image = f"{gate.host}/{NAME}@{digest}"
    (finding,) = found(tmp_path, image, trust(authority, imageDigestSources=mirrors))
    assert told([finding]) == [("warning", "mirror")]
    assert f"at its mirror {gate.host}/empty/antrea-ubi@{digest} cannot be pulled" in finding.message


def test_an_image_that_no_source_has_is_told_for_each(tmp_path: Path, authority: Authority, gate: Gate, digest: str):
    mirrors = [{"source": f"{gate.host}/vendor", "mirrors": [f"{gate.host}/empty"]}]
    image = f"{gate.host}/vendor/antrea-ubi@{digest}"
    findings = found(tmp_path, image, trust(authority, imageDigestSources=mirrors))
    assert told(findings) == [("error", "image-missing")] * 2


def test_without_images_there_is_nothing_to_ask(tmp_path: Path):
    with pytest.raises(NotApplicableError):
        list(module.probe(site(cluster(tmp_path, "none"))))
