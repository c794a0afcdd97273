"""Family ``firewall``: the addresses that cluster.yaml gives to the ends of rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster
from antrea_ci.model.firewall_section import Firewall
from antrea_ci.render.engine import Rendering
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import parse


def findings(context: Context) -> Iterator[Finding]:
    """A warning for each name that no rule of this cluster has."""
    cluster, rendering = context.cluster, context.rendering
    if cluster and rendering and cluster.file.firewall.addresses:
        known = _names(cluster, rendering)
        for name in cluster.file.firewall.addresses:
            if name not in known:
                place = cluster.document.locate(("firewall", "addresses", name), key=True)
                message = f"no rule of this cluster has an end {name!r}{did_you_mean(name, known)}"
                yield Finding("firewall/unknown-end", message, location=place)


def _names(cluster: Cluster, rendering: Rendering) -> tuple[str, ...]:
    """The names that ends have where cluster.yaml gives no addresses."""
    from antrea_ci.firewall import rules
    from antrea_ci.firewall.flows import names

    bare = replace(cluster, file=cluster.file.model_copy(update={"firewall": Firewall()}))
    files = rendering.trees[cluster.repo.rendered]
    return names(rules(bare, {name: parse(data, name).value for name, data in files.items()}))
