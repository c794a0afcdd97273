"""The objects that install-config.yaml names, looked up in a vCenter as the installer looks them up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from antrea_ci.findings import Finding
from antrea_ci.preflight.inventory_plan import Named, Topology
from antrea_ci.preflight.limits import limits
from antrea_ci.preflight.site import error
from antrea_ci.suggest import did_you_mean
from antrea_ci.vsphere.session import Session
from antrea_ci.vsphere.soap import Reference

_CLUSTER = "ClusterComputeResource"
_POOL = "ResourcePool"
_CHILDREN = {"Folder": "childEntity", "ResourcePool": "resourcePool", "VirtualApp": "resourcePool"}


def topology_findings(session: Session, topology: Topology) -> Iterator[Finding]:
    """Everything of ``topology`` that is not there; what lies in something that is not there is not looked for."""
    datacenter = session.find(_path_of(topology.datacenter.text)) if topology.datacenter else None
    if topology.datacenter and (datacenter is None or datacenter.kind != "Datacenter"):
        yield _absent(session, topology.datacenter, "datacenter", _path_of(topology.datacenter.text))
        return
    cluster = session.find(topology.cluster.text) if topology.cluster else None
    if topology.cluster and (cluster is None or cluster.kind != _CLUSTER):
        yield _absent(session, topology.cluster, "cluster", topology.cluster.text)
        cluster = None
    if cluster:
        yield from _pool(session, topology)
    if datacenter and cluster:
        yield from _networks(session, topology, datacenter, cluster)
    if datacenter and topology.datastore:
        yield from _datastore(session, topology.datastore, datacenter, cluster)
    for named, what in ((topology.folder, "folder"), (topology.template, "template")):
        if named and session.find(named.text) is None:
            yield _absent(session, named, what, named.text)


def _networks(session: Session, topology: Topology, datacenter: Reference, cluster: Reference) -> Iterator[Finding]:
    """A network is found by its name among those of the cluster's hosts; where it has none, of the datacenter."""
    listed = session.references(cluster, "network") or session.references(datacenter, "network")
    names = set(session.names(listed).values())
    for named in topology.networks:
        wanted = unquote(named.text.rpartition("/")[2] if named.text.startswith("/") else named.text)
        if wanted not in names:
            hint = did_you_mean(wanted, names)
            message = f"no host of the cluster {topology.cluster.text} has the network {wanted!r}{hint}"
            yield error("preflight/vcenter-inventory", named.place, message, fix=_listed("networks", names))


def _pool(session: Session, topology: Topology) -> Iterator[Finding]:
    named = topology.resource_pool
    root = f"{topology.cluster.text}/{limits()['vcenter']['root_pool']}"
    path = named.text or root
    found = session.find(path)
    if found is None or found.kind not in (_POOL, "VirtualApp"):
        yield _absent(session, named or topology.cluster, "resource pool", path)


def _datastore(session: Session, named: Named, datacenter: Reference, cluster: Reference | None) -> Iterator[Finding]:
    """By its path, or by its name anywhere in the datacenter; and the cluster's hosts must have it."""
    names = session.names(session.references(datacenter, "datastore"))
    if named.text.startswith("/"):
        by_path = session.find(named.text)
        found = [by_path] if by_path in names else []
    else:
        found = [reference for reference, name in names.items() if name == unquote(named.text)]
    if not found:
        last = named.text.rpartition("/")[2]
        message = f"there is no datastore {named.text!r}{did_you_mean(last, names.values())}"
        yield error("preflight/vcenter-inventory", named.place, message, fix=_listed("datastores", names.values()))
    elif cluster and (own := set(session.references(cluster, "datastore"))) and not set(found) & own:
        message = f"no host of the cluster has the datastore {named.text!r}"
        fix = "mount it on the cluster's hosts, or name one that they have"
        yield error("preflight/vcenter-inventory", named.place, message, fix=fix)


def _absent(session: Session, named: Named, what: str, path: str) -> Finding:
    """The nearest name is looked for beside where it should be."""
    above, _, last = path.rpartition("/")
    parent = session.find(above) if above else session.root
    children = _children(session, parent) if parent else []
    shown = path if above else last
    message = f"there is no {what} {shown!r}{did_you_mean(last, children)}"
    if parent is None:
        message += f": {above!r} is not there"
    return error("preflight/vcenter-inventory", named.place, message, fix=_listed("there", children))


def _children(session: Session, parent: Reference) -> list[str]:
    name = _CHILDREN.get(parent.kind, "")
    return sorted(session.names(session.references(parent, name)).values()) if name else []


def _listed(what: str, names: Iterable[str]) -> str:
    shown = sorted(names)
    if not shown or len(shown) > 12:
        return ""
    return f"write one of the {what}: {', '.join(shown)}" if what != "there" else f"there are: {', '.join(shown)}"


def _path_of(datacenter: str) -> str:
    return datacenter if datacenter.startswith("/") else f"/{datacenter.removeprefix('./')}"
