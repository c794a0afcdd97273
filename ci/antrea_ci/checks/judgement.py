"""Runs the families over one repository and settles what is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from antrea_ci.catalogue import completed
from antrea_ci.checks.context import Context
from antrea_ci.checks.families import Family, chosen
from antrea_ci.checks.suppress import suppressed
from antrea_ci.findings import Finding, in_order
from antrea_ci.render.engine import Rendering
from antrea_ci.repo import ClusterRepo


def judge(repo: ClusterRepo, rendering: Rendering | None, files: Sequence[str] | None, today: date) -> list[Finding]:
    """What the families find, less what cluster.yaml accepts; ``files`` chooses among the families."""
    context = Context(repo, rendering=rendering, today=today)
    families = list(chosen(files))
    found = list(_found(context, families))
    # A run that looks at files only reads the repository for its suppressions, not to judge it.
    problems = list(context.problems) if any(not family.files_only for family in families) else []
    return in_order(completed(suppressed(context.cluster, [*found, *problems], today, whole=files is None)))


def _found(context: Context, families: Sequence[Family]) -> Iterator[Finding]:
    """While kustomize builds in a process of its own, the families run that need nothing of it."""
    with ThreadPoolExecutor(1) as pool:
        is_built = pool.submit(lambda: context.objects) if any(not family.files_only for family in families) else None
        for family in families:
            if family.files_only:
                yield from family.findings(context)
        if is_built:
            is_built.result()
    for family in families:
        if not family.files_only:
            yield from family.findings(context)
