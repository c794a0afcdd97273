"""A cluster repository of plain Kubernetes whose cluster runs: what `apply` is tried with, beside a real API server."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from antrea_ci.apply import apply_objects
from antrea_ci.firewall import rendered_objects
from antrea_ci.repo import ClusterRepo
from support.api_server import Server
from support.kubernetes_rest import Object
from support.players import Players
from support.repos import Ran, commit, git, run
from support.small import rendering_repo, set_cluster

NAME = "kube"
SERVICES = "172.30.0.0/16"
INSTALL = "/apis/operator.antrea.vmware.com/v1/namespaces/antrea-operator/antreainstalls/antrea-install"
OPERATOR = "/apis/apps/v1/namespaces/antrea-operator/deployments/antrea-operator"
CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/antreainstalls.operator.antrea.vmware.com"
PODS = "/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dantrea-agent"
NETWORKING = {
    "machineNetwork": ["10.1.224.0/24"],
    "clusterNetwork": [{"cidr": "10.244.0.0/16", "hostPrefix": 24}],
    "serviceNetwork": [SERVICES],
}
ANTREA = {"agent": {"serviceCIDR": SERVICES}}
IMAGES = {"operator": "r.example.org/antrea-operator:v1.14.1", "antrea": "r.example.org/antrea-ubi:v1.14.1"}


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="living-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    cluster = {"name": NAME, "baseDomain": "example.com"}
    sections = {"cluster": cluster, "networking": NETWORKING, "antrea": ANTREA, "images": IMAGES}
    rendering_repo(folder / "kube", flavour="kubernetes", **sections)
    git(folder / "kube", "init", "--quiet", "--initial-branch=main")
    (folder / "kube" / ".gitignore").write_text("/report/\n/logs/\n")
    render(ClusterRepo.at(folder / "kube"))
    return folder / "kube"


def living_repo(folder: Path) -> ClusterRepo:
    """A repository of its own, rendered and committed to main."""
    shutil.copytree(_made(), folder / "kube", symlinks=True)
    return ClusterRepo.at(folder / "kube")


def render(repo: ClusterRepo) -> None:
    """Renders and commits."""
    rendered = run("render", cwd=repo.root)
    assert rendered.code == 0, rendered.err
    commit(repo.root)


def change(repo: ClusterRepo, **sections: Any) -> None:
    """Replaces sections of cluster.yaml, renders and commits."""
    set_cluster(repo.root, **sections)
    render(repo)


def encapsulate(repo: ClusterRepo, mode: str = "noEncap") -> None:
    """A change that restarts agents."""
    change(repo, antrea={**ANTREA, "trafficEncapMode": mode})


def add_object(repo: ClusterRepo, manifest: Object) -> None:
    """Has the overlay bring a further object."""
    name = f"{manifest['metadata']['name']}.yaml"
    (repo.overlay / name).write_text(json.dumps(manifest))
    kustomization = repo.overlay / "kustomization.yaml"
    kustomization.write_text(kustomization.read_text().replace("resources:\n", f"resources:\n  - {name}\n"))
    render(repo)


def policy(name: str, namespace: str = "antrea-operator") -> Object:
    """A NetworkPolicy, whose change restarts nothing."""
    spec = {"podSelector": {}, "policyTypes": ["Ingress"]}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


@dataclass(frozen=True)
class Living:
    """A cluster that was brought to what the repository holds, and who plays in it."""

    server: Server
    players: Players
    repo: ClusterRepo

    def apply(self, *words: str, user: str = "admin") -> Ran:
        """`antrea-gitops apply` with the kubeconfig of a user, and an answer for who asks."""
        return apply(self.repo, self.server, *words, user=user)

    def get(self, path: str) -> Object:
        """The object at ``path``."""
        return self.server.rest.get(path)

    def restore(self) -> None:
        """Makes every field of the repository's objects what it says, whoever has changed it."""
        manifests = [one for one in rendered_objects(self.repo).values() if isinstance(one, dict)]
        apply_objects(self.server.api, manifests, progress=lambda _: None, timeout=60, force=True)

    def agents(self) -> set[str]:
        """The pods of the agents, each by what no other pod ever has."""
        return {pod["metadata"]["uid"] for pod in self.get(PODS)["items"]}

    def versions(self) -> dict[str, str]:
        """Of every object of the repository its version in the cluster."""
        from antrea_ci.kube.api import object_path

        paths = [object_path(one) for one in rendered_objects(self.repo).values() if isinstance(one, dict)]
        found = {path: self.server.rest.found(path) for path in paths}
        return {path: one["metadata"]["resourceVersion"] for path, one in found.items() if one}


@contextmanager
def living(server: Server, folder: Path) -> Generator[Living]:
    """A cluster of two nodes in which Antrea runs as a repository of its own in ``folder`` says."""
    repo = living_repo(folder)
    manifests = [one for one in rendered_objects(repo).values() if isinstance(one, dict)]
    with Players(server, nodes=2) as players:
        apply_objects(server.api, manifests, progress=lambda _: None, timeout=60)
        players.until(INSTALL, _is_available)
        yield Living(server, players, repo)


def _is_available(found: Object | None) -> bool:
    conditions = (found or {}).get("status", {}).get("conditions", [])
    return {one["type"]: one["status"] for one in conditions}.get("Available") == "True"


def apply(repo: ClusterRepo, server: Server, *words: str, user: str = "admin") -> Ran:
    """`antrea-gitops apply` with the kubeconfig of a user, and an answer for who asks."""
    asked = () if {"--dry-run", "--drift", "--confirm"} & set(words) else ("--yes",)
    return run("apply", "--kubeconfig", server.kubeconfig_of(user), *asked, *words, cwd=repo.root)
