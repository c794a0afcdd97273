"""Family ``schema``: every rendered object against the schemas of the Kubernetes version that is installed."""

from __future__ import annotations

from collections.abc import Iterable

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.versions import kubernetes_minor


def findings(context: Context) -> Iterable[Finding]:
    """What the API server would refuse, or drop in silence."""
    cluster, objects = context.cluster, context.objects
    if cluster is None or not objects:
        return ()
    from antrea_ci.schemas.judge import judge

    return judge(objects, kubernetes_minor(cluster.file.flavour, cluster.version), cluster.file.flavour)
