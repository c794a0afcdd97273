"""Whom this machine trusts as an NSX manager, and the wait of `destroy` until NSX has forgotten the cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.model.effective import Cluster, load
from antrea_ci.nsx.access import nsx_of
from antrea_ci.nsx.registration import wait_until_gone
from antrea_ci.secrets import Secrets
from support.authority import Authority
from support.certificates import CERTIFICATE
from support.nsx_manager import LOGIN, nsx_manager
from support.small import cluster_repo

SECRETS = Secrets({"ANTREA_GITOPS_SECRET_NSX": LOGIN})


def cluster_of(folder: Path, address: str, **sections: object) -> Cluster:
    repo = cluster_repo(folder, nsx={"enabled": True, "managers": [address]}, **sections)
    return load(repo)


def test_the_sites_authorities_are_trusted_whichever_file_owns_them(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with nsx_manager(authority.server("127.0.0.1")) as manager:
        by_cluster_file = cluster_of(tmp_path / "a", manager.address, site={"trustBundle": authority.pem})
        assert nsx_of(by_cluster_file, SECRETS).version()
        by_install_config = cluster_of(tmp_path / "b", manager.address)
        config = by_install_config.repo.install_config_file
        bundle = "".join(f"  {line}\n" for line in authority.pem.splitlines())
        config.write_text(f"{config.read_text()}additionalTrustBundle: |\n{bundle}")
        assert nsx_of(load(by_install_config.repo), SECRETS).version()
        with pytest.raises(AntreaGitopsError, match="signed by nobody who is trusted"):
            nsx_of(cluster_of(tmp_path / "c", manager.address), SECRETS).version()


def test_without_a_login_nsx_is_not_asked(tmp_path: Path) -> None:
    with pytest.raises(MissingRequirementError, match="ANTREA_GITOPS_SECRET_NSX"):
        nsx_of(cluster_of(tmp_path / "a", "127.0.0.1:1"), Secrets({}))


def test_destroy_waits_until_nsx_has_forgotten_the_cluster(tmp_path: Path) -> None:
    said: list[str] = []
    with nsx_manager() as manager:
        cluster = cluster_of(tmp_path / "a", manager.address)
        wait_until_gone(cluster, SECRETS, said.append)
        assert said == []
        manager.planes["ocp"] = {"id": "ocp", "certificate": CERTIFICATE}
        with pytest.raises(AntreaGitopsError, match="ocp is still registered") as raised:
            wait_until_gone(cluster, SECRETS, said.append, seconds=0.1)
        assert "nsx remove --cluster-gone" in raised.value.fix
        manager.before = lambda *_: manager.planes.clear() if len(manager.asked) > 4 else None
        wait_until_gone(cluster, SECRETS, said.append, seconds=20)
    assert "waiting for NSX to forget ocp: ocp is still registered" in said
