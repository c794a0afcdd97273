"""What cluster.yaml says of phase 2, judged by itself: the name, the managers."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx import known
from antrea_ci.nsx.doors import address_of


def value_findings(cluster: Cluster) -> Iterator[Finding]:
    """What NSX, or the adapters, cannot take of what cluster.yaml says."""
    yield from _name(cluster)
    yield from _managers(cluster)


def _name(cluster: Cluster) -> Iterator[Finding]:
    name, longest = cluster.nsx_name, known.number("certificate", "longest_name")
    own = cluster.file.nsx.clusterName is not None
    place = cluster.document.locate(("nsx", "clusterName") if own else ("nsx",), key=not own)
    if not name:
        message = "the cluster has no name to be known by in NSX"
        yield Finding("nsx/cluster-name", message, location=place, fix="add `clusterName` below `nsx` in cluster.yaml")
    elif len(name) > longest:
        message = f"{name} has {len(name)} characters, and the common name of a certificate has room for {longest}"
        yield Finding("nsx/cluster-name", message, location=place)
    elif not known.names().fullmatch(name):
        message = f"{name!r} is no name for a principal identity of NSX"
        yield Finding("nsx/cluster-name", message, location=place)


def _managers(cluster: Cluster) -> Iterator[Finding]:
    managers, usual = cluster.file.nsx.managers, known.number("managers")
    for index, manager in enumerate(managers):
        place = cluster.document.locate(("nsx", "managers", index))
        if address_of(manager) is None:
            message = f"{manager!r} is neither an address nor a host name"
            yield Finding("nsx/manager", message, location=place)
        elif manager.casefold() in [other.casefold() for other in managers[:index]]:
            yield Finding("nsx/manager", f"{manager} is named twice", location=place)
    if managers and len(managers) != usual:
        place = cluster.document.locate(("nsx", "managers"))
        message = (
            f"{len(managers)} NSX manager{'s are' if len(managers) > 1 else ' is'} named, and NSX's cluster has {usual}"
        )
        yield Finding("nsx/managers-count", message, location=place)
