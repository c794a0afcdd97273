"""Runs the families over one repository and settles what is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from antrea_ci.catalogue import completed
from antrea_ci.checks.context import Context
from antrea_ci.checks.families import chosen
from antrea_ci.checks.suppress import suppressed
from antrea_ci.findings import Finding, in_order
from antrea_ci.render.engine import Rendering
from antrea_ci.repo import ClusterRepo


def judge(repo: ClusterRepo, rendering: Rendering | None, files: Sequence[str] | None, today: date) -> list[Finding]:
    """What the families find, less what cluster.yaml accepts; ``files`` chooses among the families."""
    context = Context(repo, rendering=rendering, today=today)
    found = [finding for family in chosen(files) for finding in family.findings(context)]
    return in_order(completed(suppressed(context.cluster, [*found, *context.problems], today, whole=files is None)))
