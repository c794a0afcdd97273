"""cluster.yaml and install-config.yaml: what is wrong in them is told with rule, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.model.cluster import check_cluster, image_reference, image_tag, registry_host
from antrea_ci.model.effective import examine, load
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import parse
from support.small import INSTALL_CONFIG, cluster_repo, edit, set_cluster

SOUND = """\
apiVersion: antrea-gitops/v1
flavour: openshift
openshift:
  version: 4.12.45
images:
  operator: r.example.com/antrea/antrea-operator:v1.14.1
  antrea: r.example.com/antrea/antrea-ubi:v1.14.1
antrea:
  featureGates: {Egress: true}
  defaultMTU: 0
"""
DIGEST = "sha256:" + "0a" * 32


def findings(text: str) -> list[Finding]:
    return check_cluster(parse(text, "cluster.yaml"))[1]


def test_a_sound_file_is_a_model():
    cluster, found = check_cluster(parse(SOUND, "cluster.yaml"))
    assert found == []
    assert cluster is not None
    assert (cluster.openshift.version if cluster.openshift else "", cluster.antrea.featureGates) == (
        "4.12.45",
        {"Egress": True},
    )


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "says"),
    [
        ("flavour:", "flavor:", "cluster/unknown-key", 2, "did you mean"),
        ("  defaultMTU: 0", "  defaultMtu: 0", "cluster/unknown-key", 10, "defaultMTU"),
        ("flavour: openshift", "flavour: openshit", "cluster/value", 2, "openshift"),
        ("v1\nflavour", "v2\nflavour", "cluster/value", 1, "antrea-gitops/v1"),
        ("4.12.45", "4.12", "cluster/value", 4, "put it into quotes"),
        ("4.12.45", "'4.12'", "cluster/value", 4, "all three numbers"),
        ("operator: r.example.com/antrea/antrea-operator", "other: a", "cluster/missing-key", 6, "images.operator"),
        ("antrea-ubi:v1.14.1", "antrea-ubi:latest", "cluster/value", 7, "floating tag"),
        ("antrea-ubi:v1.14.1", "antrea-ubi", "cluster/value", 7, "neither tag nor digest"),
        ("r.example.com/antrea/antrea-ubi:v1.14.1", "antrea-ubi:v1", "cluster/value", 7, "no image reference"),
        ("Egress: true", "Egress: maybe", "cluster/value", 9, "antrea.featureGates.Egress"),
        ("defaultMTU: 0", "defaultMTU: -1", "cluster/value", 10, "greater than or equal to 0"),
        ("defaultMTU: 0", "tunnelType: genve", "cluster/value", 10, "geneve"),
        ("openshift:\n  version: 4.12.45\n", "", "cluster/missing-section", 1, "openshift"),
        (
            "flavour: openshift\nopenshift",
            "flavour: kubernetes\nkubernetes",
            "cluster/missing-section",
            1,
            "networking",
        ),
    ],
)
def test_each_fault_has_its_rule_and_place(old: str, new: str, rule: str, line: int, says: str):
    assert SOUND.count(old) == 1
    found = findings(SOUND.replace(old, new))
    matching = [item for item in found if item.rule == rule and says in item.message + item.fix]
    assert matching, found
    assert (matching[0].location.file, matching[0].location.line) == ("cluster.yaml", line)


def test_every_fault_is_told_at_once():
    text = SOUND.replace("defaultMTU: 0", "defaultMTU: big").replace("openshift\n", "x\n", 1) + "nonsense: 1\n"
    assert sorted(item.rule for item in findings(text)) == ["cluster/unknown-key", "cluster/value", "cluster/value"]


@pytest.mark.parametrize(
    ("reference", "tag", "host"),
    [
        ("r.example.com/a/b:v1", "v1", "r.example.com"),
        ("r.example.com:5000/a/b:v1.13.1_vmware.1", "v1.13.1_vmware.1", "r.example.com:5000"),
        (f"r.example.com/a@{DIGEST}", None, "r.example.com"),
        (f"r.example.com/a:v1@{DIGEST}", "v1", "r.example.com"),
        (f"r.example.com/a:latest@{DIGEST}", "latest", "r.example.com"),
    ],
)
def test_image_references(reference: str, tag: str | None, host: str):
    assert (image_reference(reference), image_tag(reference), registry_host(reference)) == (reference, tag, host)


@pytest.mark.parametrize(
    "reference",
    ["", "ubuntu", "a/b:latest", "https://r.io/a:v1", "r.io/A:v1", "r.io/a:v1\n", "r.io/a:v1 ", "r.io/a@sha256:0"],
)
def test_what_is_no_image_reference(reference: str):
    with pytest.raises(ValueError, match=r"no image reference|neither tag|floating"):
        image_reference(reference)


# --- install-config.yaml ----------------------------------------------------------------------------------------------


@pytest.fixture
def repo(tmp_path: Path) -> ClusterRepo:
    return cluster_repo(tmp_path / "ocp")


@pytest.mark.parametrize("text", ["", "[]", "just text", "- a", "a: [", "\ta: 1"])
def test_a_cluster_file_of_another_shape_is_a_finding_and_no_crash(text: str, repo: ClusterRepo):
    repo.cluster_file.write_text(text)
    cluster, found = examine(repo)
    assert cluster is None
    assert {item.location.file for item in found} == {"cluster.yaml"}


def test_a_sound_repository_has_no_finding(repo: ClusterRepo):
    cluster, found = examine(repo)
    assert found == []
    assert cluster is not None
    assert (cluster.name, cluster.base_domain, cluster.platform) == ("ocp", "example.com", "vsphere")
    assert (cluster.control_plane, cluster.compute, cluster.version) == (3, 3, "4.12.45")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("networkType: antrea", "networkType: OVNKubernetes", "install-config/network-type"),
        ("networkType: antrea", "networkType: Antrea", "install-config/network-type"),
        ("  vsphere:\n", "  none: {}\n  vsphere:\n", "install-config/platform"),
        ("  name: ocp", "  name: ''", "install-config/required"),
        ("cidr: 10.1.224.0/24", "cidr: 10.1.224.1/24", "network/cidr"),
        ("172.30.0.0/16", "10.129.0.0/16", "network/overlap"),
        ("hostPrefix: 23", "hostPrefix: 31", "network/host-prefix-range"),
        ("10.1.224.11", "10.1.225.11", "network/vip-outside"),
    ],
)
def test_each_fault_of_the_install_config_has_its_rule_and_place(old: str, new: str, rule: str, repo: ClusterRepo):
    line = edit(repo.install_config_file, old, new)
    found = [item for item in examine(repo)[1] if item.rule == rule]
    assert [item.location.file for item in found] == ["install-config.yaml"]
    assert abs(found[0].location.line - line) <= 1


@pytest.mark.parametrize("kind", ["machineNetwork", "clusterNetwork", "serviceNetwork"])
def test_a_missing_network_is_an_error_because_the_installer_would_take_its_own(kind: str, repo: ClusterRepo):
    edit(repo.install_config_file, f"  {kind}:", "  other:")
    found = [item.message for item in examine(repo)[1] if item.rule == "install-config/network-default"]
    assert len(found) == 1
    assert found[0].startswith(f"`networking.{kind}` is not given")


def test_the_version_of_openshift_decides_which_form_is_right(repo: ClusterRepo):
    set_cluster(repo.root, openshift={"version": "4.18.9"})
    _, found = examine(repo)
    assert {item.rule for item in found if "platform.vsphere.vCenter" in item.message} == {
        "install-config/deprecated-key"
    }


def test_an_unknown_version_is_told_once_where_it_stands(repo: ClusterRepo):
    set_cluster(repo.root, openshift={"version": "4.99.0"})
    told = [item for item in examine(repo)[1] if item.rule.startswith("install-config/version")]
    assert [(item.rule, item.location.file, item.is_error) for item in told] == [
        ("install-config/version-newer", "cluster.yaml", False)
    ]


def test_a_version_that_is_too_old_is_an_error(repo: ClusterRepo):
    set_cluster(repo.root, openshift={"version": "4.11.3"})
    told = [item for item in examine(repo)[1] if item.is_error]
    assert [(item.rule, item.location.file) for item in told] == [
        ("install-config/version-unsupported", "cluster.yaml")
    ]


def test_what_cluster_yaml_accepts_does_not_keep_from_rendering(repo: ClusterRepo):
    edit(repo.install_config_file, "networkType: antrea", "networkType: Antrea")
    with pytest.raises(FindingsError):
        load(repo)
    entry = {"rule": "install-config/network-type", "reason": "a test", "until": "2000-01-01"}
    set_cluster(repo.root, checks={"suppress": [entry]})
    assert load(repo).name == "ocp"


def test_without_an_install_config(repo: ClusterRepo):
    repo.install_config_file.unlink()
    cluster, found = examine(repo)
    assert (cluster, [item.rule for item in found]) == (None, ["install-config/missing"])


@pytest.mark.parametrize("text", ["", "[]", "a: [", "platform: 1\nnetworking: []\ncompute: x\ncontrolPlane: 3\n"])
def test_an_install_config_of_another_shape_is_a_finding_and_no_crash(text: str, repo: ClusterRepo):
    repo.install_config_file.write_text(text)
    assert examine(repo)[1]


def test_the_flat_names_of_old_versions_are_read_too(repo: ClusterRepo):
    text = INSTALL_CONFIG.replace("apiVIPs:\n      - ", "apiVIP: ").replace("ingressVIPs:\n      - ", "ingressVIP: ")
    repo.install_config_file.write_text(text)
    cluster, found = examine(repo)
    assert [(item.rule, item.is_error) for item in found] == [("install-config/deprecated-key", False)] * 2
    assert cluster is not None
    addresses = [entry.text for entry in (*cluster.plan.api_vips, *cluster.plan.ingress_vips)]
    assert addresses == ["10.1.224.10", "10.1.224.11"]


def test_on_kubernetes_cluster_yaml_owns_the_networks(tmp_path: Path):
    repo = cluster_repo(tmp_path / "k8s", flavour="kubernetes")
    line = edit(repo.cluster_file, "172.30.0.0/16", "10.129.0.0/16")
    (finding,) = examine(repo)[1]
    assert (finding.rule, finding.location.file, finding.location.line) == ("network/overlap", "cluster.yaml", line)
    assert finding.message.startswith("networking.serviceNetwork[0]:")
