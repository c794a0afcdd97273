"""Whether a cluster that is there is the one that the repository describes, and can take Antrea."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from antrea_ci.apply.identity import refuse_another
from antrea_ci.apply.steps import Manifest
from antrea_ci.catalogue import completed
from antrea_ci.errors import FindingsError
from antrea_ci.facts import facts
from antrea_ci.findings import Finding
from antrea_ci.installed_records import Record
from antrea_ci.kube.api import Api
from antrea_ci.model.effective import Cluster
from antrea_ci.values import text_at, texts_at, value_at
from antrea_ci.verify import networks
from antrea_ci.verify.check import State
from antrea_ci.verify.look import Look, name_of
from antrea_ci.yamlio import Value, parse

_MINOR = re.compile(r"v?(\d+\.\d+)\.")
_SHOWN = 5


def refuse_unfit(cluster: Cluster, record: Record | None, api: Api, manifests: Sequence[Manifest]) -> Sequence[Finding]:
    """The doubts about the cluster; AntreaGitopsError where another one answers, FindingsError where it cannot be."""
    doubts = refuse_another(cluster, record.file if record else None, api)
    place = cluster.document.locate(("networking", "serviceNetwork"))
    found = [Finding("install/cluster-services", doubt, location=place) for doubt in doubts]
    found += _version(cluster, api)
    if cluster.file.antrea.trafficEncapMode != "networkPolicyOnly":
        look = Look(api)
        found += [*_other_networks(cluster, look), *_pod_networks(cluster, look, manifests)]
    told = completed(found)
    if any(finding.is_error for finding in told):
        raise FindingsError(told)
    return told


def _version(cluster: Cluster, api: Api) -> Iterator[Finding]:
    told = text_at(api.get("/version"), ("gitVersion",))
    there, wanted = (_MINOR.match(version) for version in (told, f"{cluster.version}."))
    if there and wanted and there[1] != wanted[1]:
        message = f"the cluster is Kubernetes {told}, cluster.yaml says {cluster.version}"
        place = cluster.document.locate(("kubernetes", "version"))
        yield Finding("install/cluster-version", message, location=place)


def _other_networks(cluster: Cluster, look: Look) -> Iterator[Finding]:
    check = networks.others(look, cluster)
    if check.state is State.FAILED:
        yield Finding("install/other-network", check.message)


def _pod_networks(cluster: Cluster, look: Look, manifests: Sequence[Manifest]) -> Iterator[Finding]:
    """Agents take the pod network of their node from its spec, which somebody has to write there."""
    nodes = look.items(text_at(facts("apply"), ("identity", "nodes")))
    without = [name_of(node) for node in nodes if not texts_at(node, ("spec", "podCIDRs"))]
    if not without or any(map(_gives_networks, manifests)):
        return
    more = f" and {len(without) - _SHOWN} more" if len(without) > _SHOWN else ""
    message = f"{', '.join(without[:_SHOWN])}{more}: no spec.podCIDRs, and nodeIPAM.enableNodeIPAM is not true"
    yield Finding("install/pod-networks", message, location=cluster.document.locate(("networking", "clusterNetwork")))


def _gives_networks(manifest: Manifest) -> bool:
    """Whether Antrea's own controller gives nodes their pod networks."""
    text = text_at(manifest, ("spec", "antreaControllerConfig"))
    config: Value = parse(text, "antreaControllerConfig").value if text else None
    return value_at(config, ("nodeIPAM", "enableNodeIPAM")) is True
