"""Whether the cluster that answers is the one that the repository describes: a kubeconfig may open another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.installed import InstalledFile
from antrea_ci.kube.api import Api
from antrea_ci.model.effective import Cluster
from antrea_ci.values import items_at, text_at, texts_at
from antrea_ci.verify.look import Look, name_of
from antrea_ci.yamlio import Value

_MADE_ANEW = "where the cluster was made anew, `antrea-gitops install` brings Antrea there and records it"


def refuse_another(cluster: Cluster, record: InstalledFile | None, api: Api) -> tuple[str, ...]:
    """Raises AntreaGitopsError with every sign that another cluster answers, ApiError where none does; else doubts.

    The ids that installed.yaml recorded count, on OpenShift with the cluster's networks, elsewhere with the pod
    networks that nodes have. The address of the API's Service alone is a doubt: networks in cluster.yaml may be wrong.
    """
    look, is_openshift = Look(api), cluster.file.flavour == "openshift"
    signs = list((_openshift if is_openshift else _kubernetes)(cluster, record, look))
    name = cluster.name or "of this repository"
    if signs:
        raise AntreaGitopsError(
            f"this is not the cluster {name}:" + "".join(f"\n    {one}" for one in signs),
            why="what is reviewed for one cluster must not reach another; its networks never change",
            fix=f"name the right kubeconfig with --kubeconfig; this one is from {api.source or api.kubeconfig.name}"
            + ("" if is_openshift else f"; {_MADE_ANEW}"),
        )
    doubts = () if is_openshift else tuple(_service(cluster, look))
    return tuple(f"{one}: is this the cluster {name}?" for one in doubts)


def system_id(look: Look) -> str:
    """What tells a cluster without an installer apart for as long as it lives."""
    return text_at(_at(look, "system"), ("metadata", "uid"))


def is_made_anew(record: InstalledFile, api: Api) -> bool:
    """Whether a plain cluster without Antrea answers in the place of the one that was recorded."""
    look = Look(api)
    is_other = bool(record.clusterID) and record.clusterID != system_id(look)
    return is_other and not look.at(text_at(facts("apply"), ("antrea-install",)))


def _openshift(cluster: Cluster, record: InstalledFile | None, look: Look) -> Iterator[str]:
    infra = text_at(_at(look, "infrastructure"), ("status", "infrastructureName"))
    version = text_at(_at(look, "version"), ("spec", "clusterID"))
    yield from _recorded("infraID", record.infraID if record else None, infra)
    yield from _recorded("clusterID", record.clusterID if record else None, version)
    network = _at(look, "network")
    if not network and not infra:
        yield "it has neither an Infrastructure nor a Network of config.openshift.io, so it is not OpenShift"
    pods = [text_at(one, ("cidr",)) for one in items_at(network, ("spec", "clusterNetwork"))]
    yield from _compared("clusterNetwork", [one.text for one in cluster.plan.cluster], pods)
    services = texts_at(network, ("spec", "serviceNetwork"))
    yield from _compared("serviceNetwork", [one.text for one in cluster.plan.service], services)


def _kubernetes(cluster: Cluster, record: InstalledFile | None, look: Look) -> Iterator[str]:
    yield from _recorded("clusterID", record.clusterID if record else None, system_id(look))
    yield from _nodes(cluster, look)


def _recorded(what: str, wanted: str | None, found: str) -> Iterator[str]:
    if wanted and found and wanted != found:
        yield f"{what}: installed.yaml recorded {wanted}, and the cluster says {found}"


def _compared(what: str, planned: Sequence[str], found: Sequence[str]) -> Iterator[str]:
    if found and set(_networks(planned)) != set(_networks(found)):
        yield f"{what}: the repository says {', '.join(planned)}, and the cluster has {', '.join(found)}"


def _service(cluster: Cluster, look: Look) -> Iterator[str]:
    address = text_at(_at(look, "service"), ("spec", "clusterIP"))
    services = _networks([one.text for one in cluster.plan.service])
    if address not in ("", "None") and not any(ip_address(address) in one for one in services):
        yield f"the API's Service has {address}, which is not in {', '.join(map(str, services))}"


def _nodes(cluster: Cluster, look: Look) -> Iterator[str]:
    pods = _networks([one.text for one in cluster.plan.cluster])
    for node in look.items(text_at(facts("apply"), ("identity", "nodes"))):
        for cidr in texts_at(node, ("spec", "podCIDRs")):
            if not any(_is_within(ip_network(cidr, strict=False), one) for one in pods):
                yield f"node {name_of(node)} has the pod network {cidr}, which is not in {', '.join(map(str, pods))}"
                return


def _is_within(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.network_address in other and one.prefixlen >= other.prefixlen


def _networks(texts: Sequence[str]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(text, strict=False) for text in texts]


def _at(look: Look, name: str) -> Value:
    return look.at(text_at(facts("apply"), ("identity", name)))
