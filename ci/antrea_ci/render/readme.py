"""The block of a cluster's values in its README.md, kept current by ``render``; the rest is the people's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster
    from antrea_ci.model.network import Entry

_BEGIN = "<!-- antrea-gitops values: written by `antrea-gitops render`, edits here are lost -->\n"
_END = "<!-- antrea-gitops values: end -->\n"
_BLOCK = re.compile(re.escape(_BEGIN) + ".*?" + re.escape(_END), re.DOTALL)
_FLAVOURS = {"openshift": "OpenShift", "kubernetes": "Kubernetes"}


def current_readme(text: str, cluster: Cluster, file: str) -> str:
    """``text`` with the block of this cluster's values; as it is where it has no block. A broken block is an error."""
    begin, end = text.count(_BEGIN), text.count(_END)
    if begin == end == 0:
        return text
    head, _, rest = text.partition(_BEGIN)
    _, found, tail = rest.partition(_END)
    if begin != 1 or end != 1 or not found:
        message = "the block of values is not whole: it needs one first and one last line, in this order"
        fix = "restore both lines as the template has them, or remove both"
        raise FindingsError([Finding("readme/block", message, location=Location(file), fix=fix)])
    rows = "".join(f"| {what} | `{value}` |\n" for what, value in _rows(cluster))
    return f"{head}{_BEGIN}| What | Value |\n| --- | --- |\n{rows}{_END}{tail}"


def with_block_of(text: str, other: str) -> str:
    """``text`` with the block of ``other``; as it is where one of them has no whole block."""
    mine, theirs = _BLOCK.search(text), _BLOCK.search(other)
    return text[: mine.start()] + theirs[0] + text[mine.end() :] if mine and theirs else text


def values_block(text: str) -> str:
    """The part of a README that ``render`` writes, with its first line; empty where there is none."""
    _, begin, rest = text.partition(_BEGIN)
    return begin + rest.partition(_END)[0]


def _rows(cluster: Cluster) -> Iterator[tuple[str, str]]:
    plan, file = cluster.plan, cluster.file
    yield "Cluster", ".".join(part for part in (cluster.name, cluster.base_domain) if part)
    platform = f" on {cluster.platform}" if file.flavour == "openshift" else ""
    yield "Version", f"{_FLAVOURS[file.flavour]} {cluster.version}{platform}"
    yield "Machine network", _joined(plan.machine)
    yield "Cluster network", _joined(plan.cluster)
    yield "Per node", ", ".join(f"/{entry.host_prefix}" for entry in plan.cluster)
    yield "Service network", _joined(plan.service)
    if plan.api_vips:
        yield "API address", _joined(plan.api_vips)
    if plan.ingress_vips:
        yield "Ingress address", _joined(plan.ingress_vips)
    if file.flavour == "openshift":
        yield "Machines", f"{cluster.control_plane} control plane, {cluster.compute} compute"
    yield from _images(cluster)
    if file.antrea.trafficEncapMode:
        yield "Encapsulation", file.antrea.trafficEncapMode


def _images(cluster: Cluster) -> Iterator[tuple[str, str]]:
    images = cluster.file.images
    named = {"Operator": images.operator, "Antrea": images.antrea, "Agent": images.agent}
    named |= {"Controller": images.controller, "Interworking": images.interworking}
    for name, image in named.items():
        if image:
            yield f"{name} image", image


def _joined(entries: tuple[Entry, ...]) -> str:
    return ", ".join(entry.text for entry in entries)
