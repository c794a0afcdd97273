"""What a commit would change in the living cluster, what that means, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from antrea_ci.apply.leftovers import Leftover, leftovers
from antrea_ci.apply.phase2 import kept
from antrea_ci.apply.projection import bare
from antrea_ci.apply.restarts import Restarts, restarts
from antrea_ci.apply.steps import LAST, Manifest, Step, foreseen, found, rank
from antrea_ci.diff.model import ChangeClass, ObjectChange, RepositoryDiff, in_order
from antrea_ci.diff.objects import compare_manifests
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import Api
from antrea_ci.repo import ClusterRepo

INSTALL = "AntreaInstall"
OPERATOR = "Deployment/antrea-operator/antrea-operator"
_NEVER = (ChangeClass.IMMUTABLE, ChangeClass.REINSTALL)


@dataclass(frozen=True)
class Plan:
    """``steps`` in the order in which they are applied; ``changes`` the worst first, with what would be deleted.

    ``leftovers``: what rendered/ once had and the cluster still has.
    """

    steps: tuple[Step, ...]
    changes: tuple[ObjectChange, ...]
    leftovers: tuple[Leftover, ...]
    restarts: Restarts

    @property
    def due(self) -> list[Manifest]:
        """What has to be applied; where custom resources are, Deployments too: their rollout is waited for before, also
        where an earlier run began it."""
        due = [step for step in self.steps if step.is_due]
        has_resource = any(rank(step.manifest) == LAST for step in due)
        return [one.manifest for one in self.steps if one in due or (has_resource and one.kind == "Deployment")]

    @property
    def order(self) -> list[str]:
        """What changes, in the order in which it is applied."""
        return [step.name for step in self.steps if step.is_changed]

    def changes_of(self, kind: str) -> bool:
        """Whether an object of this kind, or of this name, changes."""
        return any(kind in (step.kind, step.name) for step in self.steps if step.is_changed)

    def replaces(self, kind: str) -> bool:
        """Whether one that is there changes."""
        return any(kind in (step.kind, step.name) for step in self.steps if step.is_changed and step.live)

    def diff(self, name: str, commit: str, *, warnings: Sequence[str] = ()) -> RepositoryDiff:
        """The changes as a diff from the cluster to the commit."""
        return RepositoryDiff(name, "the cluster", commit, self.changes, warnings=tuple(warnings))

    def remarks(self) -> list[str]:
        """What people have to know besides."""
        return [
            f"{one.name} is not in rendered/ any more and is still there; "
            + ("it is never deleted by `apply`: remove it by hand" if one.is_kept else "--prune deletes it")
            for one in self.leftovers
        ]


def plan(api: Api, home: ClusterRepo, commit: str, rendered: Sequence[Manifest], *, prune: bool) -> Plan:
    """Reads the cluster and asks the server what it would make of each object. Nothing is changed.

    ApiError where the cluster cannot be read.
    """
    steps = foreseen(api, [kept(step) for step in found(api, rendered)])
    left = leftovers(api, home, commit, rendered)
    differing = [step for step in steps if step.is_changed]
    before = {step.name: step.before for step in differing if step.before is not None}
    after = {step.name: step.after for step in differing}
    if prune:
        before |= {one.name: bare(one.live) for one in left if not one.is_kept}
    changes = in_order(compare_manifests(before, after))
    return Plan(tuple(steps), changes, left, restarts(api, changes))


def refuse(plan: Plan, *, force_conflicts: bool) -> None:
    """Raises AntreaGitopsError with everything that cannot be applied, and why."""
    immutable, refused = list(_immutable(plan.changes)), list(_refused(plan.steps))
    conflicts = [] if force_conflicts else list(_conflicts(plan.steps))
    if not (immutable or refused or conflicts):
        return
    fixes = ["what a running cluster cannot follow is for a new installation: revert it in Git"] if immutable else []
    fixes += dict.fromkeys(step.refusal.fix for step in plan.steps if step.refusal)
    fixes += ["let one of the two have these fields; --force-conflicts takes them over"] if conflicts else []
    lines = "".join(f"\n    {line}" for line in (*immutable, *refused, *conflicts))
    raise AntreaGitopsError(
        f"this cannot be applied to the running cluster:{lines}",
        why="all of it is looked at before anything is changed, and nothing was changed",
        fix="; ".join(fixes),
    )


def _immutable(changes: Sequence[ObjectChange]) -> Iterator[str]:
    for change in changes:
        if not any(name in change.classes for name in _NEVER):
            continue
        paths = [path for path in change.paths if any(name in path.classes for name in _NEVER)]
        told = [f"{change.object} {path.path}: {path.why or change.why}" for path in paths]
        yield from told if told and change.change == "changed" else [f"{change.object} ({change.change}): {change.why}"]


def _refused(steps: Sequence[Step]) -> Iterator[str]:
    yield from (f"{step.name}: the server refuses it: {step.refusal.message}" for step in steps if step.refusal)


def _conflicts(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        for one in step.conflicts:
            yield f"{step.name}: {one.manager} owns {', '.join(one.fields)}"
