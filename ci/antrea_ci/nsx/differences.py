"""Which objects of phase 2 the living cluster has otherwise than they were reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from antrea_ci.apply.steps import Step, foreseen, found
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import Api
from antrea_ci.nsx.living import Manifest

# A namespace that is going is waited for.
_ENDS = "being terminated"


def changes(api: Api, manifests: Sequence[Manifest], *, force: bool) -> list[str]:
    """The names of those that would change, in the order of application. Nothing is changed by asking.

    AntreaGitopsError where the server refuses one, or others own fields of them, unless ``force`` takes these over.
    """
    steps = foreseen(api, found(api, manifests))
    if refusals := [one for step in steps if (one := step.refusal) and _ENDS not in one.message]:
        raise AntreaGitopsError(
            "the server refuses what is to be applied:" + "".join(f"\n    {one.message}" for one in refusals),
            why="all of it is looked at before anything is changed, and nothing was changed",
            fix="; ".join(dict.fromkeys(one.fix for one in refusals)),
        )
    if not force:
        _refuse_conflicts(steps)
    return [step.name for step in steps if step.is_changed]


def _refuse_conflicts(steps: Iterable[Step]) -> None:
    told = [f"{step.name}: {one.manager} owns {', '.join(one.fields)}" for step in steps for one in step.conflicts]
    if told:
        raise AntreaGitopsError(
            "others own fields that are to change:" + "".join(f"\n    {line}" for line in told),
            why="whoever wrote them last would write them again",
            fix="let one of the two have these fields; --force-conflicts takes them over",
        )
