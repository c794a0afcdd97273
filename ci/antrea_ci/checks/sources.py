"""What cannot be read, or not be rendered: cluster.yaml, install-config.yaml, the bundle and the overlays."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.bundle.lock import verify_lock
from antrea_ci.bundle.problems import PLATFORM_RULE
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding


def findings(context: Context) -> Iterator[Finding]:
    """The faults of the files themselves; those met while reading stand in ``context.problems``."""
    yield from verify_lock(context.repo)
    cluster, bundle = context.cluster, context.bundle
    if cluster and bundle:
        mended = {PLATFORM_RULE} if cluster.file.bundle.fixPlatformField else set[str]()
        yield from (finding for finding in bundle.problems if finding.rule not in mended)
    if cluster and cluster.file.nsx.enabled and not cluster.file.nsx.managers:
        place = cluster.document.locate(("nsx", "enabled"))
        yield Finding("cluster/nsx-managers", "NSX is enabled, and no manager is named", location=place)
    _ = context.objects
