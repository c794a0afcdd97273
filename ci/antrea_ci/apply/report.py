"""What a run of `apply` says of itself. No secret: values of Secrets are hidden by the diff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from antrea_ci import __version__
from antrea_ci.apply.plan import Plan
from antrea_ci.diff.lines import counts, headline
from antrea_ci.diff.report_json import to_json
from antrea_ci.diff.text import text as diff_text
from antrea_ci.model.effective import Cluster
from antrea_ci.verify.check import Verification


@dataclass
class Story:
    """What has happened so far. ``outcome``: running, dry-run, unchanged, applied, refused, failed or interrupted.

    ``goes_on``: it completes what an earlier run began.
    """

    cluster: Cluster
    commit: str
    before: str = ""
    outcome: str = "running"
    plan: Plan | None = None
    waived: str = ""
    window: str = ""
    goes_on: bool = False
    changed: list[str] = field(default_factory=list[str])
    deleted: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    verification: Verification | None = None
    recorded: str = ""
    error: str = ""

    @property
    def back(self) -> list[str]:
        """How to go back, as commands."""
        if not self.before or self.before == self.commit:
            return ["git revert COMMIT   # the one to take back; have it reviewed and merged", "antrea-gitops apply"]
        # Commits that record an installation stay: without installed.yaml nothing is applied any more.
        name = self.cluster.repo.name(self.cluster.repo.installed_file)
        which = f"git rev-list --no-merges {self.before[:12]}..{self.commit[:12]} -- . ':!{name}'"
        return [f"git revert --no-edit $({which})   # then have it reviewed and merged", "antrea-gitops apply"]

    def planned(self) -> str:
        """What would change, what restarts, and in which order, for people to read."""
        if self.plan is None:
            return ""
        diff = self.plan.diff(self.cluster.name, self.commit[:12], warnings=self.warnings)
        lines = [diff_text([diff]), "", *self.plan.restarts.lines()]
        lines += [f"order: {', '.join(self.plan.order)}"] if self.plan.order else []
        lines += [self.window] if self.window else []
        return "\n".join(lines).rstrip()

    def as_json(self) -> dict[str, object]:
        """The report; ``objects`` and ``summary`` are those of a diff from the cluster to the commit."""
        found: dict[str, object] = {
            "outcome": self.outcome,
            "cluster": self.cluster.name,
            "commit": self.commit,
            "before": self.before,
            "antrea_gitops": __version__,
            "waived": self.waived,
            "window": self.window,
            "changed": self.changed,
            "deleted": self.deleted,
            "warnings": self.warnings,
            "recorded": self.recorded,
            "error": self.error,
            "back": self.back,
            "checks": self._checks(),
        }
        return found | (self._planned(self.plan) if self.plan else {})

    def _planned(self, plan: Plan) -> dict[str, object]:
        left = [{"object": one.name, "kept": one.is_kept} for one in plan.leftovers]
        diff = cast("Mapping[str, object]", to_json([plan.diff(self.cluster.name, self.commit)]))
        more = {"order": plan.order, "restarts": plan.restarts.as_json(), "leftovers": left}
        return {**diff, **more}

    def _checks(self) -> list[dict[str, object]]:
        found = self.verification.checks if self.verification else ()
        return [{"name": one.name, "state": one.state.value, "message": one.message} for one in found]

    def markdown(self) -> str:
        """The short form, for a pipeline's summary."""
        lines = [f"## Apply to {self.cluster.name}: {self.outcome}", "", f"Commit `{self.commit[:12]}`."]
        lines += [f"Before: `{self.before[:12]}`."] if self.before else []
        if self.plan:
            diff = self.plan.diff(self.cluster.name, self.commit)
            lines += ["", f"{headline(diff)} {counts(diff)}".rstrip()]
            lines += [f"- {line}" for line in self.plan.restarts.lines()]
        lines += [f"Switched off: {self.waived}."] if self.waived else []
        lines += [f"Outside of a maintenance window: {self.window}."] if self.window else []
        lines += (
            _listed("Changed", self.changed) + _listed("Deleted", self.deleted) + _listed("Warnings", self.warnings)
        )
        lines += _listed("Checks", [f"{one['name']}: {one['message']}" for one in self._checks()])
        lines += ["", "```", self.error, "```"] if self.error else []
        if self.changed or self.deleted:
            lines += ["", "To go back:", "", "```", *self.back, "```"]
        return "\n".join(lines) + "\n"


def _listed(title: str, entries: list[str]) -> list[str]:
    return ["", f"{title}:", "", *(f"- {entry}" for entry in entries)] if entries else []
