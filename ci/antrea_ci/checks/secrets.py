"""Family ``secrets``: nothing secret in the tree, nor in the commits that are about to be pushed."""

from __future__ import annotations

from collections.abc import Iterable

from antrea_ci.checks.context import Context
from antrea_ci.findings import Finding
from antrea_ci.secret_scan import repository


def findings(context: Context) -> Iterable[Finding]:
    """An error for each secret; none of them is shown."""
    return repository.findings(context.repo.root, context.files)
