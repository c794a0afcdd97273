"""A cluster repository that can be installed: rendered, committed, with a vault; and the secrets that it needs."""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import dump
from support.repos import commit, git, run
from support.small import rendering_repo

PULL_SECRET = json.dumps({"auths": {"r.example.org": {"auth": "cHVsbGVyOmVuYW1lbC1zcG9vbg=="}}})
ENVIRONMENT = {
    "ANTREA_GITOPS_PULL_SECRET": PULL_SECRET,
    "ANTREA_GITOPS_VCENTER_USERNAME": "administrator@vsphere.example.com",
    "ANTREA_GITOPS_VCENTER_PASSWORD": "walnut-harbour-88",
}


@dataclass(frozen=True)
class Installable:
    """``root`` is a clone, ``origin`` and ``vault`` are bare repositories; ``identity`` opens the vault."""

    root: Path
    origin: Path
    vault: Path
    work: Path
    identity: str

    @property
    def repo(self) -> ClusterRepo:
        return ClusterRepo.at(self.root)

    @property
    def environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, "ANTREA_GITOPS_AGE_IDENTITY": self.identity}

    def options(self, installer: Path) -> list[str]:
        """What a run without network takes."""
        return ["--installer", str(installer), "--work-dir", str(self.work), "--skip-preflight", "all"]

    def events(self) -> list[str]:
        """The journal's events in order."""
        lines = (self.work / "journal.jsonl").read_text().splitlines()
        return [json.loads(line)["event"] for line in lines]

    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / "report" / "report.json").read_text())
        return found


def installable(folder: Path, *, platform: str = "vsphere", version: str = "4.12.45", **sections: Any) -> Installable:
    """Made once for the same answers, then copied. ``sections`` replace those of cluster.yaml."""
    made = _made(platform, version, json.dumps(sections, sort_keys=True))
    shutil.copytree(made, folder, symlinks=True)
    found = _at(folder)
    git(found.root, "remote", "add", "origin", str(found.origin))
    return found


def _at(folder: Path) -> Installable:
    identity = (folder / "identity").read_text()
    return Installable(folder / "ocp", folder / "origin.git", folder / "vault.git", folder / "work", identity)


@functools.cache
def _made(platform: str, version: str, sections: str) -> Path:
    import pyrage

    folder = Path(tempfile.mkdtemp(prefix="installable-of-tests-"))
    identity = pyrage.x25519.Identity.generate()
    (folder / "identity").write_text(str(identity))
    backup = {"remote": "../vault.git", "recipients": [str(identity.to_public())]}
    settings: Mapping[str, Any] = {"openshift": {"version": version}, "backup": backup, **json.loads(sections)}
    repo = rendering_repo(folder / "ocp", **{key: value for key, value in settings.items() if value is not None})
    _set_platform(repo, platform, version)
    (repo.root / ".gitignore").write_text("/report/\n/logs/\n.antrea-gitops-*\n")
    done = run("render", cwd=repo.root)
    assert done.code == 0, done.err
    git(repo.root, "init", "--quiet", "--initial-branch=main")
    commit(repo.root)
    for name in ("origin.git", "vault.git"):
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", name)
    git(repo.root, "push", "--quiet", str(folder / "origin.git"), "main")
    return folder


def _set_platform(repo: ClusterRepo, platform: str, version: str) -> None:
    config = yaml.safe_load(repo.install_config_file.read_text())
    if platform != "vsphere":
        config["platform"] = {platform: {}}
    elif int(version.split(".")[1]) >= 13:
        flat = config["platform"]["vsphere"]
        topology = {
            "datacenter": flat["datacenter"],
            "computeCluster": f"/DC0/host/{flat['cluster']}",
            "datastore": f"/DC0/datastore/{flat['defaultDatastore']}",
            "networks": [flat["network"]],
        }
        config["platform"]["vsphere"] = {
            "vcenters": [{"server": flat["vCenter"], "datacenters": ["DC0"]}],
            "failureDomains": [
                {"name": "one", "region": "r", "zone": "z", "server": flat["vCenter"], "topology": topology}
            ],
            "apiVIPs": flat["apiVIPs"],
            "ingressVIPs": flat["ingressVIPs"],
        }
    repo.install_config_file.write_text(dump(config))
