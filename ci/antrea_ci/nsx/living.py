"""What a living cluster has of phase 2; everything is asked for anew, and what is not there is empty."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from antrea_ci.errors import FindingsError
from antrea_ci.facts import facts
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.values import items_at, mapping_at, text_at
from antrea_ci.verify.look import name_of
from antrea_ci.yamlio import Value, parse

Manifest: TypeAlias = dict[str, Value]
_OF = ("metadata",)


def fact(name: str) -> str:
    """A name of facts/nsx-status.yaml."""
    return text_at(facts("nsx-status"), (name,))


@dataclass(frozen=True)
class Living:
    """The namespace of phase 2 in a cluster."""

    api: Api
    namespace: str

    @classmethod
    def of(cls, api: Api, namespace: str = "") -> Living:
        """``namespace``, else the vendor's."""
        return cls(api, namespace or fact("namespace"))

    @property
    def home(self) -> str:
        """The path of the namespace itself."""
        return f"/api/v1/namespaces/{self.namespace}"

    def at(self, path: str) -> Manifest:
        """The object at ``path``; empty where there is none."""
        try:
            return mapping_at(self.api.get(path), ())
        except ApiError as error:
            if error.reason == "NotFound":
                return {}
            raise

    def items(self, path: str) -> list[Manifest]:
        """The items of the list at ``path``; none where the API knows no such list."""
        return [mapping_at(one, ()) for one in items_at(self.at(path), ("items",))]

    def job(self, name: str) -> Manifest:
        """A job of the namespace."""
        return self.at(self.job_path(name))

    def job_path(self, name: str) -> str:
        """Where it is."""
        return f"/apis/batch/v1/namespaces/{self.namespace}/jobs/{quote(name)}"

    def deployment(self) -> Manifest:
        """The Deployment of the interworking pod; releases call it by different names, and label it alike."""
        found = self.items(f"/apis/apps/v1/namespaces/{self.namespace}/deployments")
        return next((one for one in found if is_interworking(one)), dict[str, Value]())

    def deployment_path(self, manifest: Manifest) -> str:
        """Where a Deployment of the namespace is."""
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{quote(name_of(manifest))}"

    def pods(self) -> list[Manifest]:
        """All pods that are not being removed, the oldest first."""
        found = [one for one in self.items(f"{self.home}/pods") if not text_at(one, (*_OF, "deletionTimestamp"))]
        return sorted(found, key=lambda pod: text_at(pod, (*_OF, "creationTimestamp")))

    def job_pods(self, job: str) -> list[Manifest]:
        """Those of a job."""
        return [
            pod
            for pod in self.pods()
            if any(
                (text_at(owner, ("kind",)), name_of({"metadata": owner})) == ("Job", job)
                for owner in items_at(pod, (*_OF, "ownerReferences"))
            )
        ]

    def interworking_pods(self) -> list[Manifest]:
        """Those of the interworking Deployment."""
        return [pod for pod in self.pods() if text_at(pod, (*_OF, "labels", "component")) == fact("component")]

    def log(self, pod: Value) -> str:
        """What a pod wrote so far; empty where nobody can tell."""
        with suppress(ApiError):
            return self.api.text(f"{self.home}/pods/{quote(name_of(pod))}/log").decode("utf-8", "replace")
        return ""

    def config_map(self, name: str) -> Mapping[str, Value]:
        """The data of a ConfigMap."""
        return mapping_at(self.at(f"{self.home}/configmaps/{quote(name)}"), ("data",))

    def cluster_id(self) -> str:
        """What the registration gave the cluster, as the register job wrote it; empty before."""
        return text_at(inner(self.config_map(fact("cluster-id")).get(fact("cluster-id-key"))), ("clusterID",))

    def bootstrap(self) -> Manifest:
        """The name and the managers by which the cluster has registered, or is to."""
        return inner(self.config_map(fact("bootstrap-config")).get(fact("bootstrap-key")))

    def certificate(self) -> str:
        """The certificate (PEM) of the Secret nsx-cert, its public half alone; empty where there is none."""
        secret = self.at(f"{self.home}/secrets/{fact('secret')}")
        with suppress(ValueError):
            return base64.b64decode(text_at(secret, ("data", "tls.crt"))).decode("ascii", "replace")
        return ""

    def is_ending(self) -> bool:
        """Whether the namespace is being removed."""
        return bool(text_at(self.at(self.home), ("metadata", "deletionTimestamp")))


def is_interworking(manifest: Value) -> bool:
    """Whether an object is the Deployment of the interworking pod."""
    label = text_at(manifest, ("metadata", "labels", "component")) or text_at(
        manifest, ("spec", "template", "metadata", "labels", "component")
    )
    return label == fact("component") or name_of(manifest) in ("interworking", "antrea-interworking")


def inner(text: Value) -> Manifest:
    """The YAML that stands in a string; empty where it is none."""
    if not isinstance(text, str):
        return {}
    with suppress(FindingsError):
        return mapping_at(parse(text, "").value, ())
    return {}
