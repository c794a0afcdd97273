"""The graph of assets of one folder, and what the others are made from: config, names, keys and logins."""

from __future__ import annotations

import base64
import fnmatch
import os
import sys
from collections.abc import Mapping

from . import config as configs
from .cloud import Cloud
from .generated import cluster_id, infra_id, key, password
from .ignition import pointer
from .logs import Log
from .store import Asset, FetchError, Store, Value
from .texts import Facts, text_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any

_KINDS = (".yaml", ".yml", ".json")


class Graph:
    """A store with the assets that everything is made from; other modules add theirs."""

    def __init__(self, store: Store, lines: Log, cloud: Cloud, settings: Mapping[str, Any]) -> None:
        self.store, self.lines, self.cloud, self.settings = store, lines, cloud, settings
        self.is_capi = settings["minor"] >= 16
        self._add_made_up()

    def config(self) -> dict[str, Any]:
        """The install-config that the store has fetched."""
        return self.store.value("Install Config").data["config"]

    def facts(self) -> Facts:
        ids = self.store.fetch("Cluster ID").data
        facts = Facts(self.config(), ids["InfraID"], ids["UUID"], self.settings)
        root = self.store.fetch("Root CA").data
        facts.secrets = dict(self.settings["certificates"])
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

    def add(self, name: str, kind: str, parents: tuple[str, ...], make: Any, load: Any = lambda: None) -> None:
        self.store.add(Asset(name, kind, parents, make, load))

    def path(self, name: str) -> str:
        return os.path.join(self.store.directory, name)

    def files(self, folder: str, patterns: tuple[str, ...] = ("*",), without: tuple[str, ...] = ()) -> dict[str, bytes]:
        """The files of a folder that end as manifests do; names must match ``patterns`` and not ``without``."""
        path = self.path(folder)
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        return {
            f"{folder}/{name}": _read(os.path.join(path, name))
            for name in names
            if name.endswith(_KINDS) and _matches(name, patterns) and not _matches(name, without)
        }

    def _add_made_up(self) -> None:
        self.add("Platform", "*installconfig.platform", (), self._ask)
        self.add("Base Domain", "*installconfig.baseDomain", ("Platform",), Value)
        self.add("Install Config", "*installconfig.InstallConfig", ("Base Domain",), Value, self._load_config)
        self.add("Cluster ID", "*installconfig.ClusterID", ("Install Config",), self._make_ids)
        self.add("Root CA", "*tls.RootCA", (), self._make_keys)
        self.add("Kubeadmin Password", "*password.KubeadminPassword", (), self._make_password, self._load_password)
        self.add(
            "Kubeconfig Admin Client",
            "*kubeconfig.AdminClient",
            ("Install Config", "Root CA"),
            self._make_kubeconfig,
            lambda: self.one_file("auth/kubeconfig"),
        )

    def _ask(self) -> Value:
        sys.stdout.write(self.settings["survey"])
        sys.stdout.flush()
        sys.stdin.read()
        raise FetchError("EOF")

    def _load_config(self) -> Value | None:
        path = self.path("install-config.yaml")
        if not os.path.exists(path):
            return None
        data = _read(path)
        self.cloud.greet(data, self.lines)
        if not self.settings["is_release"] and self.is_capi:
            self.lines.warning("Release Image Architecture not detected. Release Image Architecture is unknown")
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
        found = self.one_file("auth/kubeadmin-password")
        return found and Value(found.files, {"Password": found.files["auth/kubeadmin-password"].decode()})

    def _make_kubeconfig(self) -> Value:
        return Value({"auth/kubeconfig": self.kubeconfig(f"https://api.{configs.full_name(self.config())}:6443")})

    def kubeconfig(self, server: str) -> bytes:
        certificates, root = self.settings["certificates"], self.store.fetch("Root CA").data
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

    def one_file(self, name: str) -> Value | None:
        path = self.path(name)
        return Value({name: _read(path)}) if os.path.exists(path) else None


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _read(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
