"""The forms in which rules are reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from antrea_ci.firewall.rule import Rule
from antrea_ci.firewall.tables import as_csv, as_markdown, as_one_csv, as_table
from antrea_ci.wording import as_json


class Named(NamedTuple):
    """The rules of one cluster, and what its repository and it are called."""

    repository: str
    cluster: str
    rules: Sequence[Rule]


def formatted(found: Sequence[Named], form: str, *, several: bool) -> str:
    """The rules in the form ``form``; with ``several`` it is said whose each is. Empty where there are no clusters."""
    if not several:
        return _one(found[0], form) if found else ""
    if form == "json":
        return as_json([{"repository": one.repository, **_json(one)} for one in found])
    if form == "csv":
        return as_one_csv({one.repository: one.rules for one in found})
    mark = "# " if form == "markdown" else ""
    return "\n".join(f"{mark}{one.repository}\n\n{_one(one, form)}" for one in found)


def _one(found: Named, form: str) -> str:
    if form == "nftables":
        from antrea_ci.firewall.nftables import nftables

        return nftables(found.rules, found.cluster)
    if form == "terraform-nsx":
        from antrea_ci.firewall.terraform import terraform

        return terraform(found.rules, found.cluster)
    if form == "json":
        return as_json(_json(found))
    return {"csv": as_csv, "markdown": as_markdown, "table": as_table}[form](found.rules)


def _json(found: Named) -> dict[str, object]:
    return {"rules": [rule.as_json() for rule in found.rules]}
