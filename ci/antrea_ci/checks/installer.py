"""Family ``installer``: the rendered objects, as the installer and the bootstrap machine will take them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.installer_view import known, rules


def findings(context: Context) -> Iterable[Finding]:
    """What would go wrong with ``rendered/install`` copied into the manifests/ of the cluster's OpenShift version."""
    cluster = context.cluster
    if cluster is None or cluster.file.flavour != "openshift":
        return []
    minor = known.minor_of(cluster.version)
    objects = [replace(item, file=f"{known.MANIFESTS}/{item.file}") for item in context.objects]
    beside = {own.file for own in known.generated_files(minor).values() if own.always}
    return rules.findings(objects, beside, minor)
