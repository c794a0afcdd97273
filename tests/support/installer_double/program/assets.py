"""The graph of assets of one folder: what is made from what, and which files belong to whom."""

from __future__ import annotations

import base64
import fnmatch
import json
import os
import sys
from collections.abc import Mapping

from . import config as configs
from .cloud import Cloud
from .generated import cluster_id, infra_id, key, password
from .ignition import ignition, overrides, pointer
from .logs import Log
from .store import Asset, FetchError, Store, Value
from .texts import Facts, manifest_files, text_of

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
_KINDS = (".yaml", ".yml", ".json")
_MANIFESTS = ("Common Manifests", "Openshift Manifests", "Master Machines", "Worker Machines")
_OWN_MANIFESTS = "OpenShift Install (Manifests)"
_OWN_FILE = "openshift/openshift-install-manifests.yaml"


class Graph:
    """Adds every asset to a store."""

    def __init__(self, store: Store, log: Log, cloud: Cloud, settings: Mapping[str, Any], survey: str) -> None:
        self.store, self._log, self._cloud, self._settings, self._survey = store, log, cloud, settings, survey
        self.is_capi = settings["minor"] >= 16
        self._add_made_up()
        self._add_manifests()
        self._add_ignition()
        self._add_targets()

    def config(self) -> dict[str, Any]:
        """The install-config that the store has fetched."""
        return self.store.value("Install Config").data["config"]

    def facts(self) -> Facts:
        ids = self.store.fetch("Cluster ID").data
        facts = Facts(self.config(), ids["InfraID"], ids["UUID"], self._settings)
        root = self.store.fetch("Root CA").data
        facts.secrets = dict(self._settings["certificates"])
        facts.secrets["root-ca.key"] = base64.b64decode(root["KeyRaw"]).decode()
        facts.secrets["machine-config-server.key"] = base64.b64decode(root["ServerKeyRaw"]).decode()
        facts.secrets["kubeadmin"] = self.store.fetch("Kubeadmin Password").data["Password"]
        import hashlib

        facts.secrets["kubeadmin-hash"] = (
            "$2a$10$" + hashlib.sha256(facts.secrets["kubeadmin"].encode()).hexdigest()[:53]
        )
        for role in ("master", "worker"):
            text = pointer(configs.full_name(facts.config), role, facts.secrets["root-ca.crt"])
            facts.secrets[f"{role}.ign"] = text.decode()
        return facts

    def _add(self, name: str, kind: str, parents: tuple[str, ...], make: Any, load: Any = lambda: None) -> None:
        self.store.add(Asset(name, kind, parents, make, load))

    def _path(self, name: str) -> str:
        return os.path.join(self.store.directory, name)

    def _files(
        self, folder: str, patterns: tuple[str, ...] = ("*",), without: tuple[str, ...] = ()
    ) -> dict[str, bytes]:
        """The files of a folder that end as manifests do; names must match ``patterns`` and not ``without``."""
        path = self._path(folder)
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        return {
            f"{folder}/{name}": _read(os.path.join(path, name))
            for name in names
            if name.endswith(_KINDS) and _matches(name, patterns) and not _matches(name, without)
        }

    # Install Config, and what is made up

    def _add_made_up(self) -> None:
        self._add("Platform", "*installconfig.platform", (), self._ask)
        self._add("Base Domain", "*installconfig.baseDomain", ("Platform",), Value)
        self._add("Install Config", "*installconfig.InstallConfig", ("Base Domain",), Value, self._load_config)
        self._add("Cluster ID", "*installconfig.ClusterID", ("Install Config",), self._make_ids)
        self._add("Root CA", "*tls.RootCA", (), self._make_keys)
        self._add("Kubeadmin Password", "*password.KubeadminPassword", (), self._make_password, self._load_password)
        self._add(
            "Kubeconfig Admin Client",
            "*kubeconfig.AdminClient",
            ("Install Config", "Root CA"),
            self._make_kubeconfig,
            lambda: self._one_file("auth/kubeconfig"),
        )

    def _ask(self) -> Value:
        sys.stdout.write(self._survey)
        sys.stdout.flush()
        sys.stdin.read()
        raise FetchError("EOF")

    def _load_config(self) -> Value | None:
        path = self._path("install-config.yaml")
        if not os.path.exists(path):
            return None
        data = _read(path)
        self._cloud.greet(data, self._log)
        if not self._settings["is_release"] and self.is_capi:
            self._log.warning("Release Image Architecture not detected. Release Image Architecture is unknown")
        config = configs.parse(data)
        return Value({"install-config.yaml": data}, {"config": config})

    def _make_ids(self) -> Value:
        name = self.config()["metadata"]["name"]
        return Value(data={"UUID": cluster_id(), "InfraID": infra_id(name)})

    def _make_keys(self) -> Value:
        names = ("KeyRaw", "ServerKeyRaw", "ClientKeyRaw", "ServiceAccountKeyRaw", "GatewayKeyRaw")
        return Value(data={name: base64.b64encode(key().encode()).decode() for name in names})

    def _make_password(self) -> Value:
        made = password()
        return Value({"auth/kubeadmin-password": made.encode()}, {"Password": made})

    def _load_password(self) -> Value | None:
        found = self._one_file("auth/kubeadmin-password")
        return found and Value(found.files, {"Password": found.files["auth/kubeadmin-password"].decode()})

    def _make_kubeconfig(self) -> Value:
        return Value({"auth/kubeconfig": self._kubeconfig(f"https://api.{configs.full_name(self.config())}:6443")})

    def _kubeconfig(self, server: str) -> bytes:
        certificates, root = self._settings["certificates"], self.store.fetch("Root CA").data
        name = self.config()["metadata"]["name"]
        cluster = {"certificate-authority-data": _b64(certificates["root-ca.crt"]), "server": server}
        user = {"client-certificate-data": _b64(certificates["admin.crt"]), "client-key-data": root["ClientKeyRaw"]}
        value = {
            "clusters": [{"cluster": cluster, "name": name}],
            "contexts": [{"context": {"cluster": name, "user": "admin"}, "name": "admin"}],
            "current-context": "admin",
            "preferences": {},
            "users": [{"name": "admin", "user": user}],
        }
        return text_of(value)

    def _one_file(self, name: str) -> Value | None:
        path = self._path(name)
        return Value({name: _read(path)}) if os.path.exists(path) else None

    # Manifests

    def _add_manifests(self) -> None:
        parents = ("Cluster ID", "Install Config", "Root CA")
        for name, kind, patterns in (
            ("Master Machines", "*machines.Master", (*_MASTER, *_HOSTS)),
            ("Worker Machines", "*machines.Worker", _WORKER),
        ):
            self._add(name, kind, parents, self._maker(name), lambda p=patterns: self._load_machines(p))
        self._add(
            _OWN_MANIFESTS,
            "*openshiftinstall.Config",
            (),
            self._maker("Openshift Manifests", _OWN_FILE),
            lambda: self._one_file(_OWN_FILE),
        )
        self._add("Common Manifests", "*manifests.Manifests", parents, self._make_common, self._load_common)
        more = (*parents, "Kubeadmin Password", _OWN_MANIFESTS)
        self._add(
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
            self._add(name, kind, parents, self._capi_maker(name))

    def _maker(self, part: str, only: str = "") -> Any:
        def make() -> Value:
            files = manifest_files(part, self.facts())
            return Value({name: data for name, data in files.items() if name == only or not only})

        return make

    def _make_common(self) -> Value:
        if configs.replicas(self.config(), "compute") == 0:
            self._log.warning(
                "Making control-plane schedulable by setting MastersSchedulable to true for Scheduler cluster settings"
            )
        return Value(manifest_files("Common Manifests", self.facts()))

    def _capi_maker(self, part: str) -> Any:
        def make() -> Value:
            has_machines = self._cloud.session(self.config(), self._log, part)
            files = manifest_files(part, self.facts())
            if part == "Cluster API Manifests" and files:
                self._log.info("Adding clusters...")
            return Value(files if has_machines else {})

        return make

    def _load_machines(self, patterns: tuple[str, ...]) -> Value | None:
        files = self._files("openshift", patterns)
        return Value(files) if any("user-data-secret" in name for name in files) else None

    def _load_common(self) -> Value | None:
        files = self._files("manifests")
        return Value(files) if "manifests/cluster-config.yaml" in files else None

    def _load_openshift(self) -> Value | None:
        # 4.12 does not know its own files of bare-metal hosts as machine manifests, and discards them (recorded).
        machines = (*_MASTER, *_WORKER, *(_HOSTS if self.is_capi else ()))
        files = self._files("openshift", without=machines)
        return Value(files) if files else None

    # Ignition

    def _add_ignition(self) -> None:
        self._add(
            "CVO Ignore", "*manifests.CVOIgnore", ("Common Manifests", "Openshift Manifests"), self._make_overrides
        )
        for role in ("master", "worker"):
            name, file = f"{role.title()} Ignition Config", f"{role}.ign"
            self._add(
                name,
                f"*machine.{role.title()}",
                ("Install Config", "Root CA"),
                self._pointer_maker(role),
                lambda f=file: self._one_file(f),
            )
        parents = ("CVO Ignore", *_MANIFESTS, _OWN_MANIFESTS, "Kubeconfig Admin Client", "Kubeadmin Password")
        self._add(
            "Bootstrap Ignition Config",
            "*bootstrap.Bootstrap",
            parents,
            self._make_bootstrap,
            lambda: self._one_file("bootstrap.ign"),
        )

    def _make_overrides(self) -> Value:
        files = {**self.store.value("Common Manifests").files, **self.store.value("Openshift Manifests").files}
        return Value(data={"overrides": overrides(dict(sorted(files.items())))})

    def _pointer_maker(self, role: str) -> Any:
        def make() -> Value:
            ca = self._settings["certificates"]["root-ca.crt"]
            return Value({f"{role}.ign": pointer(configs.full_name(self.config()), role, ca)})

        return make

    def _make_bootstrap(self) -> Value:
        facts = self.facts()
        self._log.debug(f"Using internal constant for release image {self._settings['release_image']}")
        files = {f"/opt/openshift/{n}": d for part in _MANIFESTS for n, d in self.store.value(part).files.items()}
        overriding = self.store.value("CVO Ignore").data["overrides"]
        version = "/opt/openshift/manifests/cvo-overrides.yaml"
        if version in files:
            files[version] = _with_overrides(files[version], overriding)
        for name, text in facts.secrets.items():
            if name.endswith((".crt", ".key")):
                files[f"/opt/openshift/tls/{name}"] = text.encode()
        files["/opt/openshift/auth/kubeconfig"] = self.store.value("Kubeconfig Admin Client").files["auth/kubeconfig"]
        files["/opt/openshift/auth/kubeconfig-loopback"] = self._kubeconfig("https://localhost:6443")
        files["/root/.docker/config.json"] = facts.config["pullSecret"].encode()
        users = [{"name": "core", "sshAuthorizedKeys": [facts.config.get("sshKey", "")]}]
        return Value({"bootstrap.ign": ignition(files, passwd={"users": users})})

    # What `create cluster` is asked for

    def _add_targets(self) -> None:
        ignitions = ("Master Ignition Config", "Worker Ignition Config", "Bootstrap Ignition Config")
        self._add(
            "Metadata",
            "*cluster.Metadata",
            ("Install Config", "Cluster ID", *ignitions),
            self._make_metadata,
            lambda: self._one_file("metadata.json"),
        )
        self._add(
            "Journal Gateway",
            "*tls.JournalCertKey",
            ("Root CA",),
            self._make_gateway,
        )
        name = "Cluster Infrastructure Variables" if self.is_capi else "Terraform Variables"
        self._add(name, "*cluster.TFVars", ("Metadata",), self._make_variables, self._load_variables)

    def _make_gateway(self) -> Value:
        key_text = base64.b64decode(self.store.value("Root CA").data["GatewayKeyRaw"])
        certificate = self._settings["certificates"]["journal-gatewayd.crt"].encode()
        return Value({"tls/journal-gatewayd.crt": certificate, "tls/journal-gatewayd.key": key_text})

    def _make_variables(self) -> Value:
        config = self.config()
        if configs.platform(config) == "none":
            raise FetchError('cannot create the cluster because "none" is a UPI platform')
        if self.is_capi:
            return Value()
        ids = self.store.value("Cluster ID").data
        value = Value({"terraform.tfvars.json": json.dumps({"cluster_id": ids["InfraID"]}, indent=2).encode()})
        self.store.write(value)
        self._cloud.fetch_image(self._log)
        return value

    def _load_variables(self) -> Value | None:
        return None if self.is_capi else self._one_file("terraform.tfvars.json")

    def _make_metadata(self) -> Value:
        config, ids = self.config(), self.store.value("Cluster ID").data
        value: dict[str, Any] = {
            "clusterName": config["metadata"]["name"],
            "clusterID": ids["UUID"],
            "infraID": ids["InfraID"],
        }
        logins = [
            {"vCenter": v["server"], "username": v["user"], "password": v["password"]} for v in configs.vcenters(config)
        ]
        if logins and self.is_capi:
            value["vsphere"] = {"terraform_platform": "vsphere", "VCenters": logins}
        elif logins:
            value["vsphere"] = {**logins[0], "terraform_platform": "vsphere"}
        if self.is_capi:
            value |= {"featureSet": "", "customFeatureSet": None}
        return Value({"metadata.json": json.dumps(value, separators=(",", ":")).encode()})


def _with_overrides(version: bytes, overriding: list[dict[str, Any]]) -> bytes:
    import yaml

    value = yaml.load(version, yaml.CSafeLoader)
    value["spec"]["overrides"] = overriding
    return text_of(value)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
