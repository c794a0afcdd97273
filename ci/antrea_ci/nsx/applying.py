"""`nsx apply`: joins the cluster to NSX, or brings a cluster that has joined to what was merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.apply.confirm import confirm
from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.nsx import identity, joining, joining_resource, plan, waits
from antrea_ci.nsx.checking import check_nsx
from antrea_ci.nsx.differences import changes
from antrea_ci.nsx.finishing import finish, pem_of
from antrea_ci.nsx.joining import Work
from antrea_ci.nsx.opening import Progress, Run, opened
from antrea_ci.nsx.prepared import Variant, nsx_secret
from antrea_ci.nsx.request import Request
from antrea_ci.nsx.status import NsxStatus
from antrea_ci.repo import ClusterRepo
from antrea_ci.wording import count
from antrea_ci.yamlio import Value


@dataclass(frozen=True)
class _Task:
    """What is to be done: ``told`` line by line. ``is_again``: the cluster leaves NSX first, and joins anew."""

    told: tuple[str, ...]
    carry_out: Callable[[], None]
    is_again: bool = False


def apply(home: ClusterRepo, request: Request, environment: Mapping[str, str], progress: Progress) -> NsxStatus | None:
    """Brings phase 2 of the living cluster to what is committed; what both sides say afterwards.

    None with ``dry_run``, which only tells. AntreaGitopsError for every expected failure; the same call goes on.
    """
    with opened(home, request, environment, progress, verb="nsx") as run:
        _refuse_faults(home, environment, progress)
        secret = nsx_secret(run.cluster, run.secrets)
        known = identity.known(run.nsx, run.name)
        task = _task(run, secret)
        told = (*_about_identity(run, known, pem_of(secret)), *task.told)
        for line in told:
            progress(line)
        if request.dry_run:
            return None
        _admit(run, task, told)
        identity.ensure(run.nsx, run.name, pem_of(secret), create=request.create_identity, say=progress)
        run.require_lease()
        task.carry_out()
        waits.until_up(run.nsx, run.name, run.patience)
        return finish(run, "applied")


def _refuse_faults(home: ClusterRepo, environment: Mapping[str, str], progress: Progress) -> None:
    """What `nsx check` finds without asking anybody: it is the nodes that have to reach the managers, not this machine.

    Raises FindingsError with all of it if there is an error.
    """
    found = check_nsx(home, environment, None)
    if any(finding.is_error for finding in found):
        raise FindingsError(found)
    for finding in found:
        progress(finding.as_text())


def _about_identity(run: Run, known: identity.Known, pem: str) -> Sequence[str]:
    """What becomes of the principal identity; AntreaGitopsError where it is not as it must be."""
    faults = known.faults(run.name, pem)
    if known.identity is None and run.request.create_identity:
        return [f"NSX gets the principal identity {run.name}, with the role Enterprise Admin"]
    identity.refuse(run.name, faults)
    return []


def _task(run: Run, secret: Mapping[str, Value]) -> _Task:
    work = Work(run.living, secret, run.patience, run.request.force_conflicts)
    if run.prepared.variant is Variant.CUSTOM_RESOURCE:
        return _by_resource(run, work)
    return _by_manifests(run, work)


def _by_manifests(run: Run, work: Work) -> _Task:
    desired = plan.Desired.of(run.prepared)
    planned = plan.planned(work.living, desired)
    looked_at = [*desired.rest, *([] if planned.removed else [desired.deployment])]
    found = changes(run.api, looked_at, force=work.force)
    told = [*planned.told, *_changed(found)]
    return _Task(tuple(told), lambda: joining.join(work, desired, planned, found))


def _by_resource(run: Run, work: Work) -> _Task:
    desired = joining_resource.Desired.of(run.prepared)
    planned = joining_resource.planned(work.living, desired)
    found = [] if planned.leaves_first else changes(run.api, [*desired.rest, desired.resource], force=work.force)
    told = [*planned.told, *_changed(found)]
    return _Task(tuple(told), lambda: joining_resource.join(work, desired, planned), planned.leaves_first)


def _changed(names: Sequence[str]) -> list[str]:
    return [f"{count(len(names), 'object')} will change: {', '.join(names)}"] if names else []


def _admit(run: Run, task: _Task, told: Sequence[str]) -> None:
    """Raises AntreaGitopsError where nobody said that it shall be done. Nothing that changes nothing is asked about."""
    request = run.request
    if task.is_again and not request.again and request.ask is None:
        raise AntreaGitopsError(
            "the cluster would leave NSX and join again, and nobody said that it shall",
            why="it gets a new id in NSX: policies and groups that name the old one no longer hold",
            fix="--again says so",
        )
    if told:
        what = f"the cluster {run.cluster.name} joins NSX as {run.name}, as told above"
        yes = request.again if task.is_again else request.yes
        confirm(run.cluster, what, yes=yes, typed=request.typed, ask=request.ask)
