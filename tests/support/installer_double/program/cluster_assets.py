"""What `create cluster` makes before it makes machines."""

from __future__ import annotations

import base64
import json

from . import config as configs
from .graph import Graph
from .store import FetchError, Value

TYPE_CHECKING = False  # typing is slow to import
if TYPE_CHECKING:
    from typing import Any


class ClusterAssets:
    """What `create cluster` is asked for, but for the cluster itself."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._add_all()

    def _add_all(self) -> None:
        ignitions = ("Master Ignition Config", "Worker Ignition Config", "Bootstrap Ignition Config")
        self._graph.add(
            "Metadata",
            "*cluster.Metadata",
            ("Install Config", "Cluster ID", *ignitions),
            self._make_metadata,
            lambda: self._graph.one_file("metadata.json"),
        )
        self._graph.add(
            "Journal Gateway",
            "*tls.JournalCertKey",
            ("Root CA",),
            self._make_gateway,
        )
        name = "Cluster Infrastructure Variables" if self._graph.is_capi else "Terraform Variables"
        self._graph.add(name, "*cluster.TFVars", ("Metadata",), self._make_variables, self._load_variables)

    def _make_gateway(self) -> Value:
        key_text = base64.b64decode(self._graph.store.value("Root CA").data["GatewayKeyRaw"])
        certificate = self._graph.settings["certificates"]["journal-gatewayd.crt"].encode()
        return Value({"tls/journal-gatewayd.crt": certificate, "tls/journal-gatewayd.key": key_text})

    def _make_variables(self) -> Value:
        config = self._graph.config()
        if configs.platform(config) == "none":
            raise FetchError('cannot create the cluster because "none" is a UPI platform')
        if self._graph.is_capi:
            return Value()
        ids = self._graph.store.value("Cluster ID").data
        value = Value({"terraform.tfvars.json": json.dumps({"cluster_id": ids["InfraID"]}, indent=2).encode()})
        self._graph.store.write(value)
        self._graph.cloud.fetch_image(self._graph.lines)
        return value

    def _load_variables(self) -> Value | None:
        return None if self._graph.is_capi else self._graph.one_file("terraform.tfvars.json")

    def _make_metadata(self) -> Value:
        config, ids = self._graph.config(), self._graph.store.value("Cluster ID").data
        value: dict[str, Any] = {
            "clusterName": config["metadata"]["name"],
            "clusterID": ids["UUID"],
            "infraID": ids["InfraID"],
        }
        logins = [
            {"vCenter": v["server"], "username": v["user"], "password": v["password"]} for v in configs.vcenters(config)
        ]
        if logins and self._graph.is_capi:
            value["vsphere"] = {"terraform_platform": "vsphere", "VCenters": logins}
        elif logins:
            value["vsphere"] = {**logins[0], "terraform_platform": "vsphere"}
        if self._graph.is_capi:
            value |= {"featureSet": "", "customFeatureSet": None}
        return Value({"metadata.json": json.dumps(value, separators=(",", ":")).encode()})
