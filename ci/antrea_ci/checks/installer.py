"""Family ``installer``: the rendered objects, as the installer and the bootstrap machine will take them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.installer_view import known, rules

# Family `schema` tells these too, for every kind and in every flavour.
_TOLD_BY_SCHEMA = frozenset({"installer/base64", "installer/no-namespace"})


def findings(context: Context) -> Iterable[Finding]:
    """What would go wrong with ``rendered/install`` copied into the manifests/ of the cluster's OpenShift version."""
    cluster = context.cluster
    if cluster is None or cluster.file.flavour != "openshift":
        return []
    minor = known.minor_of(cluster.version)
    objects = [replace(item, file=f"{known.MANIFESTS}/{item.file}") for item in context.objects]
    beside = {own.file for own in known.generated_files(minor).values() if own.always}
    found = rules.findings(objects, beside, minor)
    return [finding for finding in found if finding.rule not in _TOLD_BY_SCHEMA]
