"""Which secrets a verb takes: by platform, by what is configured, and as the template's pipelines hand them over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from antrea_ci.model.effective import Cluster, examine
from antrea_ci.secrets import needed
from support.small import cluster_repo

LOGIN = "ANTREA_GITOPS_SECRET_"
VCENTER = ["ANTREA_GITOPS_VCENTER_USERNAME", "ANTREA_GITOPS_VCENTER_PASSWORD"]
PULL = "ANTREA_GITOPS_PULL_SECRET"
VSPHERE = "  vsphere:\n"


def cluster_of(folder: Path, *, edit: tuple[str, str] = ("", ""), **sections: Any) -> Cluster:
    repo = cluster_repo(folder, **sections)
    if repo.install_config_file.exists():
        text = repo.install_config_file.read_text()
        repo.install_config_file.write_text(text.replace(*edit) if edit[0] else text)
    cluster, _ = examine(repo)
    assert cluster is not None
    return cluster


def names(cluster: Cluster, verb: str, *, optional: bool = False) -> list[str]:
    return [need.name for need in needed(cluster, verb) if need.is_optional == optional]


def on(platform: str, text: str = "{}") -> tuple[str, str]:
    """The install-config of another platform."""
    return (VSPHERE, f"  {platform}: {text}\nignored:\n  vsphere:\n")


@pytest.mark.parametrize("verb", ["install", "preflight"])
def test_an_installation_on_vsphere(tmp_path: Path, verb: str) -> None:
    assert names(cluster_of(tmp_path / "a"), verb) == [PULL, *VCENTER]


def test_destroy_takes_what_the_platform_wants_and_no_pull_secret(tmp_path: Path) -> None:
    assert names(cluster_of(tmp_path / "a"), "destroy") == VCENTER


def test_further_vcenters_are_numbered_in_the_order_of_install_config(tmp_path: Path) -> None:
    two = (VSPHERE, VSPHERE + "    vcenters: [{server: a}, {server: b}, {server: c}]\n")
    further = [f"{name}_{number}" for number in (2, 3) for name in VCENTER]
    assert names(cluster_of(tmp_path / "a", edit=two), "destroy") == [*VCENTER, *further]


def test_each_bmc_has_its_login_and_one_that_hosts_share_is_wanted_once(tmp_path: Path) -> None:
    bmc = {"master-0": "RACK_1", "master-1": "RACK_1", "worker-0": "RACK_2"}
    cluster = cluster_of(tmp_path / "a", edit=on("baremetal"), secrets={"provider": "env", "bmc": bmc})
    assert names(cluster, "destroy") == [f"{LOGIN}RACK_1", f"{LOGIN}RACK_2"]


def test_platforms_with_logins_of_their_own(tmp_path: Path) -> None:
    assert names(cluster_of(tmp_path / "a", edit=on("nutanix")), "destroy") == [f"{LOGIN}NUTANIX"]
    aws = cluster_of(tmp_path / "b", edit=on("aws"))
    assert names(aws, "destroy") == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    assert names(cluster_of(tmp_path / "c", edit=on("none")), "destroy") == []


def test_nsx_takes_its_login_and_who_registers_or_renews_the_certificate(tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path / "a", edit=on("none"), nsx={"enabled": True})
    pair = ["ANTREA_GITOPS_NSX_TLS_CERT", "ANTREA_GITOPS_NSX_TLS_KEY"]
    assert names(cluster, "install") == [PULL]
    assert names(cluster, "destroy") == names(cluster, "nsx-remove") == [f"{LOGIN}NSX"]
    assert names(cluster, "nsx") == [f"{LOGIN}NSX", *pair]
    assert names(cluster, "nsx-renew") == [f"{LOGIN}NSX", *(f"{name}_NEXT" for name in pair)]
    assert names(cluster, "nsx-status") == []


def test_who_changes_the_living_cluster_takes_a_kubeconfig_where_there_is_one(tmp_path: Path) -> None:
    cluster = cluster_of(tmp_path / "a", edit=on("none"), nsx={"enabled": True})
    assert names(cluster, "apply") == []
    for verb in ("apply", "nsx", "nsx-status", "nsx-remove", "nsx-renew"):
        assert "ANTREA_GITOPS_KUBECONFIG" in names(cluster, verb, optional=True)


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_images_can_do_without_a_login_because_a_registry_may_want_none(tmp_path: Path, flavour: str) -> None:
    cluster = cluster_of(tmp_path / "a", flavour=flavour)
    assert (names(cluster, "images"), names(cluster, "images", optional=True)) == ([], [PULL, f"{LOGIN}REGISTRY"])


def test_plain_kubernetes_needs_none_to_be_installed(tmp_path: Path) -> None:
    assert names(cluster_of(tmp_path / "a", flavour="kubernetes"), "install") == []


def test_what_a_verb_can_do_without_is_optional(tmp_path: Path) -> None:
    proxy = ("platform:\n", "proxy: {httpProxy: http://proxy.example.com:3128}\nplatform:\n")
    cluster = cluster_of(tmp_path / "a", edit=proxy, backup={"remote": "https://git.example.com/vault.git"})
    optional = names(cluster, "install", optional=True)
    assert {f"{LOGIN}REGISTRY", f"{LOGIN}PROXY", f"{LOGIN}BACKUP", "ANTREA_GITOPS_AGE_IDENTITY"} <= set(optional)
    assert names(cluster, "backup") == []


def test_logins_of_services_that_are_not_configured_are_not_asked_for(tmp_path: Path) -> None:
    optional = names(
        cluster_of(tmp_path / "a", backup={"remote": "git@example.com:vault.git"}), "install", optional=True
    )
    assert not {f"{LOGIN}PROXY", f"{LOGIN}BACKUP"} & set(optional)
