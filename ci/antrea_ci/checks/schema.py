"""Family ``schema``: every rendered object against the schemas of the Kubernetes version that is installed."""

from __future__ import annotations

from collections.abc import Iterable

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.bundle.problems import PLATFORM_RULE
from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.versions import kubernetes_minor

_FIELD_RULES = ("schema/missing-field", "schema/unknown-field")


def findings(context: Context) -> Iterable[Finding]:
    """What the API server would refuse, or drop in silence."""
    cluster, objects = context.cluster, context.objects
    if cluster is None or not objects:
        return ()
    from antrea_ci.schemas.judge import judge

    found = judge(_every(context), kubernetes_minor(cluster.file.flavour, cluster.version), cluster.file.flavour)
    told = _fields_told_by_the_bundle(context)
    return (finding for finding in found if not (finding.rule in _FIELD_RULES and finding.message.startswith(told)))


def _every(context: Context) -> list[BundleObject]:
    """Phase 2's too. Where it has an object of the installation otherwise, both are judged, by one definition."""
    return [*context.objects, *context.nsx_objects, *context.nsx_removal_objects]


def _fields_told_by_the_bundle(context: Context) -> tuple[str, ...]:
    """How findings start about a field that the bundle's own rule names, with the better remedy."""
    problems = context.bundle.problems if context.bundle else ()
    is_told = any(problem.rule == PLATFORM_RULE for problem in problems)
    return ("`spec.antreaPlatform`", "the key `spec.platform`") if is_told else ()
