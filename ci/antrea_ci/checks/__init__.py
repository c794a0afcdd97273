"""What would fail the installation, found before it starts. A family of rules a module."""

from __future__ import annotations

from antrea_ci.bundle.contents import load_bundle
from antrea_ci.bundle.lock import verify_lock
from antrea_ci.bundle.problems import PLATFORM_RULE
from antrea_ci.checks.drift import drift_findings
from antrea_ci.checks.images import image_findings
from antrea_ci.errors import AntreaGitopsError, FindingsError, MissingRequirementError
from antrea_ci.findings import Finding, in_order
from antrea_ci.model.effective import examine
from antrea_ci.render.engine import Rendering, render
from antrea_ci.render.kustomize import find_kustomize
from antrea_ci.repo import ClusterRepo


def check(repo: ClusterRepo, rendering: Rendering | None = None) -> list[Finding]:
    """Every finding about ``repo``, in a stable order. ``rendering`` saves building it again where it is at hand."""
    cluster, findings = examine(repo)
    findings += verify_lock(repo)
    if cluster is None:
        return in_order(findings)
    try:
        bundle = load_bundle(repo, cluster.file.flavour)
        mended = {PLATFORM_RULE} if cluster.file.bundle.fixPlatformField else set[str]()
        findings += [finding for finding in bundle.problems if finding.rule not in mended]
        current = rendering or render(repo, find_kustomize(repo), cluster)
        findings += image_findings(cluster, bundle, current)
        findings += drift_findings(current)
    except FindingsError as error:
        findings += error.findings
    except MissingRequirementError:
        raise
    except AntreaGitopsError as error:
        findings.append(Finding("render/build", error.message, why=error.why, fix=error.fix))
    return in_order(findings)
