"""Where the living cluster differs from rendered/, found by reading alone."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.apply.leftovers import Leftover, leftovers
from antrea_ci.apply.phase2 import kept
from antrea_ci.apply.projection import bare
from antrea_ci.apply.steps import Manifest, found
from antrea_ci.diff.model import Effect, ObjectChange, RepositoryDiff, in_order
from antrea_ci.diff.objects import compare_manifests
from antrea_ci.kube.api import Api
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Drift:
    """``diff`` leads from the cluster to the commit: what `apply` would change back."""

    diff: RepositoryDiff
    leftovers: tuple[Leftover, ...]

    @property
    def is_there(self) -> bool:
        return bool(self.diff.objects or self.leftovers)


def drift(api: Api, home: ClusterRepo, name: str, commit: str, rendered: list[Manifest], *, is_recorded: bool) -> Drift:
    """Compares what the commit renders with the cluster. A kubeconfig that may only read is enough.

    ``is_recorded``: installed.yaml says that there is a cluster, so that it is a difference if it has nothing of it.

    What a manifest does not say is not compared, unless it was applied by us before; neither are other spellings of the
    same value outside of texts. ApiError where an object cannot be read.
    """
    steps = [kept(step) for step in found(api, rendered)]
    if not is_recorded and all(step.live is None for step in steps):
        return nothing_to_compare(name, commit, "no installation is recorded, and nothing of it is there")
    before = {step.name: step.before for step in steps if step.before is not None}
    after = {step.name: bare(step.manifest) for step in steps}
    changes = [one for one in compare_manifests(before, after) if _counts(one)]
    left = leftovers(api, home, commit, rendered)
    told = tuple(f"{one.name} is in the cluster and not in rendered/ any more" for one in left)
    return Drift(RepositoryDiff(name, "the cluster", commit, in_order(changes), warnings=told), left)


def nothing_to_compare(name: str, commit: str, why: str) -> Drift:
    """Of a repository whose cluster is not there: no difference, and the reason as a warning."""
    return Drift(RepositoryDiff(name, "the cluster", commit, warnings=(f"there is no cluster to compare: {why}",)), ())


def _counts(change: ObjectChange) -> bool:
    """The server writes some values in its own way; a text it keeps as it is."""
    if change.change != "changed":
        return True
    return any(path.effect is Effect.MEANING or " → " in path.path for path in change.paths)
