"""Manifests: which files belong to whom, and how they are read back from the folder."""

from __future__ import annotations

from . import config as configs
from .graph import Graph
from .store import Value
from .texts import manifest_files

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

_MASTER = (
    "99_openshift-cluster-api_master-*",
    "99_openshift-machineconfig_99-master*",
    "99_openshift-machine-api_master-*",
)
_HOSTS = ("99_openshift-cluster-api_host-bmc-secrets-*", "99_openshift-cluster-api_hosts-*")
_WORKER = ("99_openshift-cluster-api_worker-*", "99_openshift-machineconfig_99-worker*")
MANIFESTS = ("Common Manifests", "Openshift Manifests", "Master Machines", "Worker Machines")
OWN_MANIFESTS = "OpenShift Install (Manifests)"
_OWN_FILE = "openshift/openshift-install-manifests.yaml"


class ManifestAssets:
    """What `create manifests` is asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._add_all()

    def _add_all(self) -> None:
        parents = ("Cluster ID", "Install Config", "Root CA")
        for name, kind, patterns in (
            ("Master Machines", "*machines.Master", (*_MASTER, *_HOSTS)),
            ("Worker Machines", "*machines.Worker", _WORKER),
        ):
            self._graph.add(name, kind, parents, self._maker(name), lambda p=patterns: self._load_machines(p))
        self._graph.add(
            OWN_MANIFESTS,
            "*openshiftinstall.Config",
            (),
            self._maker("Openshift Manifests", _OWN_FILE),
            lambda: self._graph.one_file(_OWN_FILE),
        )
        self._graph.add("Common Manifests", "*manifests.Manifests", parents, self._make_common, self._load_common)
        more = (*parents, "Kubeadmin Password", OWN_MANIFESTS)
        self._graph.add(
            "Openshift Manifests",
            "*manifests.Openshift",
            more,
            self._maker("Openshift Manifests"),
            self._load_openshift,
        )
        for name, kind in (
            ("Cluster API Machine Manifests", "*clusterapi.Machines"),
            ("Cluster API Manifests", "*clusterapi.Cluster"),
        ):
            self._graph.add(name, kind, parents, self._capi_maker(name))

    def _maker(self, part: str, only: str = "") -> Any:
        def make() -> Value:
            files = manifest_files(part, self._graph.facts())
            return Value({name: data for name, data in files.items() if name == only or not only})

        return make

    def _make_common(self) -> Value:
        if configs.replicas(self._graph.config(), "compute") == 0:
            self._graph.lines.warning(
                "Making control-plane schedulable by setting MastersSchedulable to true for Scheduler cluster settings"
            )
        return Value(manifest_files("Common Manifests", self._graph.facts()))

    def _capi_maker(self, part: str) -> Any:
        def make() -> Value:
            has_machines = self._graph.cloud.session(self._graph.config(), self._graph.lines, part)
            files = manifest_files(part, self._graph.facts())
            if part == "Cluster API Manifests" and files:
                self._graph.lines.info("Adding clusters...")
            return Value(files if has_machines else {})

        return make

    def _load_machines(self, patterns: tuple[str, ...]) -> Value | None:
        files = self._graph.files("openshift", patterns)
        return Value(files) if any("user-data-secret" in name for name in files) else None

    def _load_common(self) -> Value | None:
        files = self._graph.files("manifests")
        return Value(files) if "manifests/cluster-config.yaml" in files else None

    def _load_openshift(self) -> Value | None:
        # 4.12 does not know its own files of bare-metal hosts as machine manifests, and discards them (recorded).
        machines = (*_MASTER, *_WORKER, *(_HOSTS if self._graph.is_capi else ()))
        files = self._graph.files("openshift", without=machines)
        return Value(files) if files else None
