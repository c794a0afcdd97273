"""What each verb does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from . import config as configs
from .cloud import Cloud
from .cluster_assets import ClusterAssets
from .graph import Graph
from .ignition_assets import IgnitionAssets
from .logs import Log
from .manifest_assets import ManifestAssets
from .steps import EndedError, Stage
from .store import FetchError, Store

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

    from .main import Command

_MANIFESTS = ("Master Machines", "Worker Machines", "Common Manifests", "Openshift Manifests")
_CAPI_MANIFESTS = ("Master Machines", "Worker Machines", "Cluster API Machine Manifests", "Common Manifests")
_CAPI_MANIFESTS += ("Openshift Manifests", "Cluster API Manifests")
_LOGINS = ("Kubeconfig Admin Client", "Kubeadmin Password")
_IGNITION = (*_LOGINS, "Master Ignition Config", "Worker Ignition Config", "Bootstrap Ignition Config", "Metadata")


class Run:
    """One call of the double, in its folder."""

    def __init__(self, command: Command, folder: str, settings: Mapping[str, Any]) -> None:
        self.command, self.folder, self.settings = command, folder, settings
        self.directory = command.directory
        level = command.flags.get("--log-level", "info")
        first_line = settings["version_output"].splitlines()[0].replace("openshift-install", "OpenShift Installer")
        self.lines = Log(self.directory, level, first_line)
        self.cloud = Cloud(folder, settings)
        self.is_capi = settings["minor"] >= 16

    def graph(self) -> Graph:
        graph = Graph(Store(self.directory, self.lines), self.lines, self.cloud, self.settings)
        for assets in (ManifestAssets, IgnitionAssets, ClusterAssets):
            assets(graph)
        return graph

    def stage(self, infra: str, verb: str) -> Stage:
        return Stage(self.folder, self.directory, self.lines, self.cloud, self.settings, infra, verb)

    def shown(self, *names: str) -> str:
        """Paths in the folder as the installer prints them."""
        return os.path.join(self.directory, *names) if self.directory != "." else os.path.join(*names or ["."])


def run(command: Command, folder: str, settings: Mapping[str, Any]) -> int:
    """Runs the verb; the exit code is the installer's."""
    verb = _VERBS.get(command.verb)
    if verb is None:
        sys.stderr.write(f'Error: unknown command "{command.verb}" for "openshift-install"\n')
        return 1
    run = Run(command, folder, settings)
    try:
        verb(run)
    except FetchError as error:
        run.lines.line("fatal" if error.code == 1 else "error", str(error))
        return error.code
    except EndedError as ended:
        return ended.code
    return 0


def _create_manifests(run: Run) -> None:
    run.graph().store.deliver(_CAPI_MANIFESTS if run.is_capi else _MANIFESTS)
    has_capi = os.path.isdir(os.path.join(run.directory, "cluster-api"))
    folders = [run.shown(name) for name in (("cluster-api",) if has_capi else ()) + ("manifests", "openshift")]
    run.lines.info(f"Manifests created in: {', '.join(folders[:-1])} and {folders[-1]}")


def _create_ignition(run: Run) -> None:
    run.graph().store.deliver(_IGNITION)
    run.lines.info(f"Ignition-Configs created in: {run.shown()} and {run.shown('auth')}")


def _create_cluster(run: Run) -> None:
    graph = run.graph()
    variables = "Cluster Infrastructure Variables" if run.is_capi else "Terraform Variables"
    graph.store.deliver(("Metadata", variables, *_LOGINS, "Journal Gateway"))
    infra = graph.store.fetch("Cluster ID").data["InfraID"]
    config = graph.store.fetch("Install Config").data["config"]
    if run.is_capi:
        mode = "CredentialsMode is not set. Performing platform permissions checks before attempting installation."
        run.lines.debug(mode)
    run.lines.info("Creating infrastructure resources...")
    if run.is_capi:
        _with_wording(run, lambda: run.cloud.fetch_image(run.lines), "failed during pre-provisioning: ")
    elif not run.settings["has_network"]:
        program = run.shown("terraform", "bin", "terraform")
        text = f"failed doing terraform init: fork/exec {program}: no such file or directory"
        raise _infrastructure_failed(
            f'failure applying terraform for "pre-bootstrap" stage: failed to create cluster: {text}'
        )
    machines = ["bootstrap", *(f"master-{n}" for n in range(configs.replicas(config, "controlPlane")))]
    login = [f"{v['user']}:{v['password']}" for v in configs.vcenters(config)]
    run.cloud.start(infra, machines, login)
    run.stage(infra, "create cluster").play()


def _with_wording(run: Run, action: Callable[[], None], wording: str) -> None:
    try:
        action()
    except FetchError as error:
        raise _infrastructure_failed(f"failed to create cluster: {wording}{error}") from error


def _infrastructure_failed(text: str) -> FetchError:
    return FetchError(f'failed to fetch Cluster: failed to generate asset "Cluster": {text}', 4)


def _wait_for(run: Run) -> None:
    verb = run.command.verb
    if not os.path.exists(os.path.join(run.directory, "auth", "kubeconfig")):
        raise FetchError(f"loading kubeconfig: open {run.shown('auth', 'kubeconfig')}: no such file or directory")
    run.stage(_infra_of_folder(run), verb).play()


def _infra_of_folder(run: Run) -> str:
    """The infraID of this folder: from metadata.json, else from the state; empty where neither is there."""
    import json

    try:
        with open(os.path.join(run.directory, "metadata.json"), encoding="utf-8") as stream:
            return json.load(stream)["infraID"]
    except FileNotFoundError:
        pass
    store = Store(run.directory, run.lines)
    return store.known("*installconfig.ClusterID").get("InfraID", "")


def _gather(run: Run) -> None:
    run.stage(_infra_of_folder(run), "gather bootstrap").play()


def _destroy(run: Run) -> None:
    import json

    try:
        with open(os.path.join(run.directory, "metadata.json"), encoding="utf-8") as stream:
            metadata = json.load(stream)
    except FileNotFoundError:
        first = "failed" if run.is_capi else "Failed"
        path = run.shown("metadata.json")
        raise FetchError(
            f"{first} while preparing to destroy cluster: open {path}: no such file or directory"
        ) from None
    from .destroying import destroy

    destroy(run, metadata)


def _destroy_bootstrap(run: Run) -> None:
    from .destroying import destroy_bootstrap

    destroy_bootstrap(run, _infra_of_folder(run))


def _agent_image(run: Run) -> None:
    from .agent import create_image

    create_image(run)


_VERBS: dict[str, Callable[[Run], None]] = {
    "create manifests": _create_manifests,
    "create ignition-configs": _create_ignition,
    "create cluster": _create_cluster,
    "wait-for bootstrap-complete": _wait_for,
    "wait-for install-complete": _wait_for,
    "gather bootstrap": _gather,
    "destroy cluster": _destroy,
    "destroy bootstrap": _destroy_bootstrap,
    "agent create image": _agent_image,
    "agent wait-for bootstrap-complete": _wait_for,
    "agent wait-for install-complete": _wait_for,
}
