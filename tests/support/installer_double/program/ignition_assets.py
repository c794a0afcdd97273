"""Ignition configs as assets."""

from __future__ import annotations

from . import config as configs
from .graph import Graph
from .ignition import ignition, overrides, pointer
from .manifest_assets import MANIFESTS, OWN_MANIFESTS
from .store import Value
from .texts import text_of

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any


class IgnitionAssets:
    """What `create ignition-configs` is asked for."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._add_all()

    def _add_all(self) -> None:
        self._graph.add(
            "CVO Ignore", "*manifests.CVOIgnore", ("Common Manifests", "Openshift Manifests"), self._make_overrides
        )
        for role in ("master", "worker"):
            name, file = f"{role.title()} Ignition Config", f"{role}.ign"
            self._graph.add(
                name,
                f"*machine.{role.title()}",
                ("Install Config", "Root CA"),
                self._pointer_maker(role),
                lambda f=file: self._graph.one_file(f),
            )
        parents = ("CVO Ignore", *MANIFESTS, OWN_MANIFESTS, "Kubeconfig Admin Client", "Kubeadmin Password")
        self._graph.add(
            "Bootstrap Ignition Config",
            "*bootstrap.Bootstrap",
            parents,
            self._make_bootstrap,
            lambda: self._graph.one_file("bootstrap.ign"),
        )

    def _make_overrides(self) -> Value:
        files = {
            **self._graph.store.value("Common Manifests").files,
            **self._graph.store.value("Openshift Manifests").files,
        }
        return Value(data={"overrides": overrides(dict(sorted(files.items())))})

    def _pointer_maker(self, role: str) -> Any:
        def make() -> Value:
            ca = self._graph.settings["certificates"]["root-ca.crt"]
            return Value({f"{role}.ign": pointer(configs.full_name(self._graph.config()), role, ca)})

        return make

    def _make_bootstrap(self) -> Value:
        facts = self._graph.facts()
        self._graph.lines.debug(f"Using internal constant for release image {self._graph.settings['release_image']}")
        files = {f"/opt/openshift/{n}": d for part in MANIFESTS for n, d in self._graph.store.value(part).files.items()}
        overriding = self._graph.store.value("CVO Ignore").data["overrides"]
        version = "/opt/openshift/manifests/cvo-overrides.yaml"
        if version in files:
            files[version] = _with_overrides(files[version], overriding)
        for name, text in facts.secrets.items():
            if name.endswith((".crt", ".key")):
                files[f"/opt/openshift/tls/{name}"] = text.encode()
        files["/opt/openshift/auth/kubeconfig"] = self._graph.store.value("Kubeconfig Admin Client").files[
            "auth/kubeconfig"
        ]
        files["/opt/openshift/auth/kubeconfig-loopback"] = self._graph.kubeconfig("https://localhost:6443")
        files["/root/.docker/config.json"] = facts.config["pullSecret"].encode()
        users = [{"name": "core", "sshAuthorizedKeys": [facts.config.get("sshKey", "")]}]
        return Value({"bootstrap.ign": ignition(files, passwd={"users": users})})


def _with_overrides(version: bytes, overriding: list[dict[str, Any]]) -> bytes:
    import yaml

    value = yaml.load(version, yaml.CSafeLoader)
    value["spec"]["overrides"] = overriding
    return text_of(value)
