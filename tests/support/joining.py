"""A cluster that joins NSX: its repository, a real API server with players, and a double of NSX Manager.

The register and the deregister job do at the double what the vendor's do at NSX, by the Secret that is in the cluster.
"""

from __future__ import annotations

import atexit
import base64
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from antrea_ci.repo import ClusterRepo
from support.api_server import Server
from support.direct_api import DirectApi
from support.interworking import archive
from support.kubernetes_rest import Object
from support.living import living_repo
from support.nsx_manager import LOGIN, NsxManager, nsx_manager
from support.players import Players
from support.repos import Ran, commit, run
from support.small import set_cluster

NAME = "kube"
HOME = "/api/v1/namespaces/vmware-system-antrea"
JOB = "/apis/batch/v1/namespaces/vmware-system-antrea/jobs/register"
DEPLOYMENT = "/apis/apps/v1/namespaces/vmware-system-antrea/deployments/interworking"
IMAGE = "r.example.org/antrea/interworking:0.13.0"


@cache
def _prepared() -> tuple[Path, dict[str, str]]:
    """A prepared repository, and the secrets of its certificate; made once."""
    folder = Path(tempfile.mkdtemp(prefix="joining-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    repo = living_repo(folder)
    set_cluster(repo.root, nsx={"enabled": True, "managers": [_double().address]}, images=images())
    packed = archive(folder / "antrea-interworking.zip")
    done = run("nsx", "prepare", packed, "--key-folder", folder / "keys", cwd=repo.root)
    assert done.code == 0, done.err
    commit(repo.root)
    return repo.root, secrets_in(folder / "keys")


@cache
def _double() -> NsxManager:
    """The manager of every test without TLS, so that its address can be committed once."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(nsx_manager())


def images(interworking: str = IMAGE) -> dict[str, str]:
    """The section `images`."""
    return {
        "operator": "r.example.org/antrea-operator:v1.14.1",
        "antrea": "r.example.org/antrea-ubi:v1.14.1",
        "interworking": interworking,
    }


def secrets_in(folder: Path) -> dict[str, str]:
    """Each file of a folder of keys, by the name of the variable that its content is to be in."""
    return {path.name: path.read_text() for path in folder.rglob("*") if path.name.startswith("ANTREA_GITOPS_")}


@dataclass
class Joining:
    """One cluster; see the module's text. ``env`` holds its secrets, which are also in the process's environment."""

    repo: ClusterRepo
    server: Server
    players: Players
    nsx: NsxManager
    env: dict[str, str]
    runs: list[str] = field(default_factory=list)

    def nsx_verb(self, *words: str | Path) -> Ran:
        """`antrea-gitops nsx ...` with the kubeconfig."""
        return run("nsx", *words, "--kubeconfig", self.server.kubeconfig, cwd=self.repo.root)

    def apply(self, *words: str) -> Ran:
        return self.nsx_verb("apply", "--yes", "--timeout", "30", "--no-vault", *words)

    def change(self, **sections: Any) -> None:
        """Replaces sections of cluster.yaml, renders and commits."""
        set_cluster(self.repo.root, **sections)
        self.commit()

    def commit(self) -> None:
        rendered = run("render", cwd=self.repo.root)
        assert rendered.code == 0, rendered.err
        commit(self.repo.root)

    @property
    def secret_pem(self) -> str:
        """The certificate that the Secret in the cluster holds."""
        found = self.server.rest.found(f"{HOME}/secrets/nsx-cert")
        return base64.b64decode(found["data"]["tls.crt"]).decode() if found else ""

    def register(self) -> None:
        """What the register job does when it runs."""
        name = self.server.rest.get(f"{HOME}/configmaps/bootstrap-config")["data"]["bootstrap.conf"]
        assert f"clusterName: {NAME}" in name
        if NAME not in self.nsx.planes:
            node = self.nsx.register(NAME, self.secret_pem)
            data = {"data": {"cluster-id.conf": f"clusterID: {node}\n"}}
            self.server.rest.ask("PATCH", f"{HOME}/configmaps/cluster-id", data)

    def played(self, kind: str, event: str, found: Object) -> None:
        """Jobs do their work before they are told to be complete."""
        name = found["metadata"]["name"]
        if kind != "Job" or event != "ADDED" or self.players.jobs.get(name):
            return
        self.runs.append(name)
        if name == "register":
            self.register()
        elif name == "deregister":
            self.nsx.planes.pop(NAME, None)


@contextmanager
def joining(
    folder: Path, server: Server, patch: pytest.MonkeyPatch, *, kubectl: bool = False, resource: bool = False
) -> Generator[Joining]:
    """A prepared repository beside a running cluster, and an NSX that knows nothing yet.

    ``kubectl``: by the real one, else by the API itself. ``resource``: the custom resource drives phase 2.
    """
    made, keys = _prepared()
    if not kubectl:
        patch.setattr("antrea_ci.kube.access.Api", DirectApi)
    shutil.copytree(made, folder / "kube", symlinks=True)
    nsx, env = _double(), {**keys, "ANTREA_GITOPS_SECRET_NSX": LOGIN}
    nsx.reset()
    for name, value in env.items():
        patch.setenv(name, value)
    patch.setenv("PATH", f"{server.kubectl.parent}{os.pathsep}{os.environ['PATH']}")
    with Players(server, nodes=1) as players:
        one = Joining(ClusterRepo.at(folder / "kube"), server, players, nsx, env)
        players.on_event.append(one.played)
        yield one


def known(one: Joining) -> None:
    """Has NSX know the identity of the cluster, as after `--create-identity`."""
    pem = one.env["ANTREA_GITOPS_NSX_TLS_CERT"]
    one.nsx.answer("POST", "/api/v1/trust-management/principal-identities/with-certificate", identity(pem))
    one.nsx.asked.clear()


def identity(pem: str) -> Object:
    """The body that makes the identity."""
    roles = [{"path": "/", "roles": [{"role": "enterprise_admin"}]}]
    return {"name": NAME, "node_id": NAME, "certificate_pem": pem, "roles_for_paths": roles}


def renewed(one: Joining, folder: Path, patch: pytest.MonkeyPatch) -> str:
    """Prepares the next pair and commits its public part; the certificate."""
    done = run("nsx", "prepare", "--renew", "--key-folder", folder / "next", cwd=one.repo.root)
    assert done.code == 0, done.err
    commit(one.repo.root)
    found = secrets_in(folder / "next")
    for name, value in found.items():
        patch.setenv(name, value)
    return found["ANTREA_GITOPS_NSX_TLS_CERT_NEXT"]
