"""Family ``drift``: what ``render`` writes is what the sources give."""

from __future__ import annotations

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding, Location


def findings(context: Context) -> list[Finding]:
    """An error for each file that ``render`` would change, add or remove."""
    rendering = context.rendering
    if rendering is None:
        return []
    why = "what is reviewed must be what is installed"
    fix = "run `antrea-gitops render` and commit what changes"
    return [
        Finding("drift/stale", "is not what its sources give", location=Location(name), why=why, fix=fix)
        for name in rendering.stale()
    ]
