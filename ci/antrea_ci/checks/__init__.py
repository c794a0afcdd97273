"""What would fail the installation, found before it starts. A family of rules a module."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from antrea_ci.checks.memory import keep, key_of, recall
from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo

if TYPE_CHECKING:
    from antrea_ci.render.engine import Rendering

# Families that have a clock; told only where they are asked for.
_ON_REQUEST = frozenset({"expiry"})


def check(
    repo: ClusterRepo,
    rendering: Rendering | None = None,
    *,
    files: Sequence[str] | None = None,
    today: date | None = None,
    cache: bool = False,
    asked: Collection[str] = (),
) -> list[Finding]:
    """Every finding about ``repo`` that its cluster.yaml does not accept, in a stable order.

    ``rendering`` saves building it again where it is at hand; with ``files`` only the families run that judge one of
    them; ``today`` decides what has expired; with ``cache`` the same content is judged once only; ``asked`` names
    families that are told on request only (``expiry``).
    """
    day = today or datetime.now(tz=UTC).date()
    key = key_of(repo, files, day) if cache else None
    found = recall(key) if key else None
    if found is None:
        from antrea_ci.checks.judgement import judge  # what was found before needs none of the rules

        found = judge(repo, rendering, files, day)
        if key:
            keep(key, found)
    return [finding for finding in found if finding.family not in _ON_REQUEST or finding.family in asked]
