"""What would fail the installation, found before it starts. A family of rules a module."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from antrea_ci.catalogue import completed
from antrea_ci.checks.context import Context
from antrea_ci.checks.families import chosen
from antrea_ci.findings import Finding, in_order
from antrea_ci.render.engine import Rendering
from antrea_ci.repo import ClusterRepo


def check(
    repo: ClusterRepo,
    rendering: Rendering | None = None,
    *,
    files: Sequence[str] | None = None,
    today: date | None = None,
) -> list[Finding]:
    """Every finding about ``repo``, in a stable order.

    ``rendering`` saves building it again where it is at hand; with ``files`` only the families run that judge one of
    them; ``today`` decides what has expired.
    """
    context = Context(repo, rendering=rendering, today=today)
    found = [finding for family in chosen(files) for finding in family.findings(context)]
    return in_order(completed([*found, *context.problems]))
