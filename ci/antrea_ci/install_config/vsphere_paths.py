"""Paths in the inventory of a vCenter: `/<datacenter>/<kind>/...`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from posixpath import join

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.section import Section

_RESOURCE_POOL = re.compile(r"^/(.*?)/host/(.*?)/(.*)\Z")


class BareNames(Enum):
    """What a version makes of a name where a path belongs: it looks it up in vCenter, or refuses it."""

    TAKEN = auto()
    WARNED_OF = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class Topology:
    """The keys of ``section`` name objects in ``datacenter``, a resource pool in ``cluster``; both empty if unknown."""

    section: Section
    datacenter: str
    cluster: str

    @property
    def cluster_path(self) -> str:
        """The cluster as a path."""
        return joined(self.cluster, "host", self.datacenter)


def joined(name: str, kind: str, datacenter: str) -> str:
    """The path of what is called ``name``, as the installer makes it."""
    return name if not name or name.startswith("/") else join("/", datacenter, kind, name)


def path_findings(topology: Topology, key: str, kind: str, *, bare_names: BareNames) -> Iterator[Finding]:
    """What is wrong with the path at ``key``."""
    section, text = topology.section, topology.section.text(key)
    path = text if bare_names is BareNames.REFUSED else joined(text, kind, topology.datacenter)
    if path != text and bare_names is BareNames.WARNED_OF:
        message = f"is {text!r}, which the installer looks up by its name in vCenter, with a warning"
        fix = f"write `{key}: {path}`"
        yield section.finding("relative-path", (key,), message, severity=Severity.WARNING, fix=fix)
    match = re.match(rf"^/(.*?)/{kind}/(.*)\Z", path, re.DOTALL)
    if match:
        yield from _datacenter(topology, key, match[1], whole="" if kind == "host" else path)
    elif path and path == text:
        whole = joined(_last(text), kind, topology.datacenter or "<datacenter>")
        message = f"is {text!r}; it must be a full path, /<datacenter>/{kind}/<name>"
        yield section.finding("inventory-path", (key,), message, fix=f"write `{key}: {whole}`")


def resource_pool_findings(topology: Topology, key: str) -> Iterator[Finding]:
    """A resource pool is a full path, and below the cluster."""
    section, text = topology.section, topology.section.text(key)
    match = _RESOURCE_POOL.match(text)
    if text and match is None:
        below = f"{topology.cluster_path or '/<datacenter>/host/<cluster>'}/Resources/{_last(text)}"
        message = f"is {text!r}; it must be a full path, /<datacenter>/host/<cluster>/Resources/<pool>"
        yield section.finding("inventory-path", (key,), message, fix=f"write `{key}: {below}`")
    elif match:
        yield from _datacenter(topology, key, match[1], whole="")
        if topology.cluster and match[2] not in topology.cluster_path:
            message = f"is {text!r}, which is not below the cluster {topology.cluster_path}"
            yield section.finding("inventory-path", (key,), message)


def above_fault(section: Section, key: str, prefix: str) -> Iterator[Finding]:
    """A finding if there is a path at ``key`` that does not start with ``prefix``."""
    text = section.text(key)
    if text and not text.startswith(prefix):
        fix = f"write `{key}: {prefix}{_last(text)}`"
        yield section.finding("inventory-path", (key,), f"is {text!r}; it must start with {prefix}", fix=fix)


def _last(path: str) -> str:
    return path.strip("/").rpartition("/")[2]


def _datacenter(topology: Topology, key: str, named: str, *, whole: str) -> Iterator[Finding]:
    """The path names the datacenter of the topology.

    The installer asks whether one text contains the other: of folders and datastores the ``whole`` path, of clusters
    and pools the datacenter; what passes that and is another datacenter still, is a rule of our own.
    """
    datacenter = topology.datacenter
    if not datacenter or named == datacenter:
        return
    contained = datacenter in whole if whole else named in datacenter
    rule = "other-datacenter" if contained else "inventory-path"
    message = f"is in the datacenter {named!r}, the topology names {datacenter!r}"
    yield topology.section.finding(rule, (key,), message, fix="name the same datacenter in both")
