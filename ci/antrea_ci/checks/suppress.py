"""Findings that cluster.yaml accepts with a reason; what a suppression misses is a finding of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from antrea_ci.catalogue import every_rule, find_rule
from antrea_ci.findings import Finding
from antrea_ci.model.cluster import Suppression
from antrea_ci.model.effective import Cluster
from antrea_ci.suggest import did_you_mean


def suppressed(cluster: Cluster | None, findings: Sequence[Finding], today: date, *, whole: bool) -> list[Finding]:
    """``findings`` without the accepted ones, and what is wrong with the suppressions themselves.

    ``whole`` says that every family has run; only then can a suppression be called unused.
    """
    entries = cluster.file.checks.suppress if cluster else ()
    if cluster is None or not entries:
        return list(findings)
    left = list(findings)
    for index, entry in enumerate(entries):
        kept = [finding for finding in left if not entry.covers(finding)]
        fault = _fault(cluster, index, entry, today, hides=len(kept) < len(left), whole=whole)
        if fault is None or fault.rule == "suppression/unused":
            left = kept
        left += [fault] if fault else []
    return left


def _fault(
    cluster: Cluster, index: int, entry: Suppression, today: date, *, hides: bool, whole: bool
) -> Finding | None:
    place = cluster.document.locate(("checks", "suppress", index, "rule"))
    if find_rule(entry.rule) is None:
        hint = did_you_mean(entry.rule, (rule.id for rule in every_rule()))
        return Finding("suppression/unknown-rule", f"there is no rule `{entry.rule}`{hint}", location=place)
    if entry.until and date.fromisoformat(entry.until) < today:
        where = cluster.document.locate(("checks", "suppress", index, "until"))
        return Finding("suppression/expired", f"`{entry.rule}` was accepted until {entry.until}", location=where)
    if whole and not hides:
        return Finding("suppression/unused", f"`{entry.rule}` finds nothing here", location=place)
    return None
