"""The family ``antrea`` over a repository: where a fault is told, and what is left to other families."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from antrea_ci.checks.antrea import findings
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo
from support.small import NETWORKS, edit, rendering_repo

pytestmark = pytest.mark.usefixtures("kustomize")

PATCH = """\
components:
  - generated
patches:
  - target: {{kind: AntreaInstall}}
    patch: |-
      - op: {op}
        path: {path}
        value: {value}
"""


def told(repo: ClusterRepo) -> list[Finding]:
    return list(findings(Context(repo, today=date(2026, 1, 1))))


def rules(repo: ClusterRepo) -> list[str]:
    return [finding.rule.removeprefix("antrea/") for finding in told(repo)]


def patch(repo: ClusterRepo, path: str, value: str, *, op: str = "replace") -> None:
    new = PATCH.format(op=op, path=path, value=value)
    edit(repo.overlay / "kustomization.yaml", "components:\n  - generated\n", new)


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_a_valid_repository_has_no_finding(tmp_path: Path, flavour: str) -> None:
    assert rules(rendering_repo(tmp_path / "it", flavour=flavour)) == []


def test_a_setting_of_cluster_yaml_is_told_in_cluster_yaml(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it", antrea={"agent": {"egress": {"exceptCIDRs": ["10.0.0.0/8", "bad"]}}})
    (finding,) = told(repo)
    line = next(n for n, text in enumerate(repo.cluster_file.read_text().splitlines(), 1) if text.strip() == "- bad")
    assert (finding.rule, finding.location.file, finding.location.line) == ("antrea/egress", "cluster.yaml", line)


def test_a_patch_of_the_overlay_is_told_at_its_own_line_of_the_rendered_file(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it")
    patch(repo, "/spec/antreaAgentConfig", '"# ours\\nserviceCIDR: \\"\\"\\ntunnelType: ipip\\n"')
    (finding,) = told(repo)
    context = Context(repo, today=date(2026, 1, 1))
    assert context.rendering is not None
    name = finding.location.file.removeprefix("rendered/install/")
    shown = context.rendering.trees[repo.rendered][name].decode().splitlines()[finding.location.line - 1]
    assert shown[finding.location.column - 1 :] == "ipip"
    assert finding.object == "AntreaInstall/antrea-operator/antrea-install"


def test_a_setting_below_agent_counts_more_than_its_twin(tmp_path: Path) -> None:
    settings = {"tunnelType": "geneve", "agent": {"tunnelType": "ipip"}}
    (finding,) = told(rendering_repo(tmp_path / "it", antrea=settings))
    assert finding.location.file == "cluster.yaml"
    assert finding.location.column > len("  tunnelType: ")


def test_keys_that_the_vendors_text_has_are_taken(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it", antrea={"version": "1.5.0"})
    assert "unknown-key" not in rules(repo)


def test_without_a_version_the_configurations_are_not_judged_and_that_is_told(tmp_path: Path) -> None:
    digest = "r.example.org/antrea@sha256:" + "0" * 64
    repo = rendering_repo(tmp_path / "it", images={"operator": digest, "antrea": digest})
    (finding,) = told(repo)
    assert (finding.rule, finding.is_error, finding.location.file) == ("antrea/version", False, "cluster.yaml")


def test_on_kubernetes_the_service_network_must_be_there(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it", flavour="kubernetes")
    patch(repo, "/spec/antreaAgentConfig", '"defaultMTU: 0\\n"')
    assert rules(repo) == ["service-network"]


def test_on_openshift_the_operator_fills_the_service_network_in(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it")
    patch(repo, "/spec/antreaAgentConfig", '"defaultMTU: 0\\n"')
    assert rules(repo) == []


@pytest.mark.parametrize(("flavour", "expected"), [("openshift", []), ("kubernetes", ["node-ipam"])])
def test_pod_networks_come_from_the_operator_on_openshift_only(
    tmp_path: Path, flavour: str, expected: list[str]
) -> None:
    repo = rendering_repo(tmp_path / "it", flavour=flavour)
    patch(repo, "/spec/antreaControllerConfig", '"nodeIPAM: {enableNodeIPAM: true}\\n"')
    assert rules(repo) == expected


def test_a_null_mtu_crashes_the_operator(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it")
    patch(repo, "/spec/antreaAgentConfig", '"defaultMTU:\\n"')
    assert rules(repo) == ["operator-mtu"]


def test_pods_are_to_be_routed_where_no_tunnel_carries_them(tmp_path: Path) -> None:
    (finding,) = told(rendering_repo(tmp_path / "it", antrea={"trafficEncapMode": "noEncap"}))
    assert (finding.rule, finding.is_error) == ("antrea/routed-pods", False)
    pods, machines = NETWORKS["clusterNetwork"][0], NETWORKS["machineNetwork"][0]
    assert f"each /{pods['hostPrefix']} of {pods['cidr']}" in finding.message
    assert machines in finding.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"{"', "this is not JSON"),
        ('"[]"', "must be a JSON object"),
        ('"{}"', "cniVersion and name must be there"),
        ('"{\\"cniVersion\\": \\"0.3.0\\", \\"name\\": \\"antrea\\", \\"plugins\\": []}"', "plugins must be a list"),
    ],
)
def test_a_cni_configuration_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    repo = rendering_repo(tmp_path / "it")
    patch(repo, "/spec/antreaCNIConfig", text)
    (finding,) = told(repo)
    assert finding.rule == "antrea/cni-config"
    assert words in finding.message


def test_what_the_bundle_itself_has_wrong_is_left_to_its_family(tmp_path: Path) -> None:
    repo = rendering_repo(tmp_path / "it")
    resource = repo.bundle / "operator.antrea.vmware.com_v1_antreainstall_cr.yaml"
    resource.write_text(resource.read_text().replace("name: antrea-install", "name: other", 1))
    assert "custom-resource" not in rules(repo)
