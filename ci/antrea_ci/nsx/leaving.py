"""`nsx remove`: takes the cluster out of NSX, the registration before everything else."""

from __future__ import annotations

from collections.abc import Mapping

from antrea_ci.apply import apply_objects
from antrea_ci.apply.steps import in_order
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import object_path
from antrea_ci.nsx import joining_resource, waits
from antrea_ci.nsx.cleaning import clean_up, remove_identity, remove_leftovers
from antrea_ci.nsx.finishing import finish
from antrea_ci.nsx.joining import Work
from antrea_ci.nsx.living import Living, Manifest, fact
from antrea_ci.nsx.opening import Progress, Run, opened
from antrea_ci.nsx.prepared import Variant
from antrea_ci.nsx.registration import until_forgotten
from antrea_ci.nsx.removing import remove as remove_object
from antrea_ci.nsx.request import Request
from antrea_ci.nsx.status import NsxStatus
from antrea_ci.pipeline.confirm import confirm
from antrea_ci.repo import ClusterRepo
from antrea_ci.verify.look import name_of


def remove(home: ClusterRepo, request: Request, environment: Mapping[str, str], progress: Progress) -> NsxStatus | None:
    """Takes the cluster out of NSX; with ``cluster_gone`` what NSX still has of it. What both sides say afterwards.

    None with ``dry_run`` and ``cluster_gone``. AntreaGitopsError for every expected failure; the same call goes on.
    """
    if not request.dry_run:
        confirm(home, request.typed, option="--confirm")
    if request.cluster_gone:
        clean_up(home, request, environment, progress)
        return None
    with opened(home, request, environment, progress, verb="nsx-remove") as run:
        for line in _told(run):
            progress(line)
        if request.dry_run:
            return None
        run.require_lease()
        _leave(run)
        if request.with_identity:
            remove_identity(run.nsx, run.name, progress)
        return finish(run, "removed")


def _told(run: Run) -> list[str]:
    told = [f"the cluster {run.cluster.name} leaves NSX, where it is {run.name}: its inventory and policies there go"]
    if run.prepared.variant is Variant.CUSTOM_RESOURCE:
        return [*told, "enableInterworking of the AntreaInstall becomes false; the operator deregisters the cluster"]
    if not run.prepared.removal:
        told.append("the archive has no deregister job, so NSX is told by the documented call")
    return [*told, "the objects of rendered/nsx are removed from the cluster"]


def _leave(run: Run) -> None:
    if run.prepared.variant is Variant.CUSTOM_RESOURCE:
        _by_resource(run)
    else:
        _by_manifests(run)
    secret_home = Living(run.api, run.prepared.secret_namespace)
    remove_object(run.living, f"{secret_home.home}/secrets/{fact('secret')}")


def _by_resource(run: Run) -> None:
    desired, living = joining_resource.Desired.of(run.prepared), run.living
    found = living.at(object_path(desired.resource))
    if joining_resource.is_on(found):
        work = Work(living, {}, run.patience, run.request.force_conflicts)
        joining_resource.apply_resource(work, joining_resource.switched_off(found, desired.resource))
    joining_resource.until_left(living, run.patience)
    until_forgotten(run.nsx, run.name, run.progress, seconds=run.request.timeout)


def _by_manifests(run: Run) -> None:
    removal = [dict(one) for one in run.prepared.removal.values()]
    job = next((one for one in removal if one.get("kind") == "Job"), None)
    if job is not None and run.nsx.control_plane(run.name) is not None:
        _deregister(run, removal, job)
        until_forgotten(run.nsx, run.name, run.progress, seconds=run.request.timeout)
    _take_away(run, [*removal, *(dict(one) for one in run.prepared.objects.values())])
    if run.nsx.control_plane(run.name) is not None:
        remove_leftovers(run.nsx, run.name, run.progress, seconds=run.request.timeout)


def _deregister(run: Run, removal: list[Manifest], job: Manifest) -> None:
    """Runs the vendor's job. One of an earlier run, which cannot be changed or has failed, makes room first."""
    living, path = run.living, run.living.job_path(name_of(job))
    if not living.certificate():
        raise AntreaGitopsError(
            "the Secret nsx-cert is not in the cluster, and the deregister job logs in to NSX by it",
            fix="`antrea-gitops nsx apply` brings it back; where that cannot be, remove the objects of rendered/nsx by "
            "hand, then `antrea-gitops nsx remove --cluster-gone`",
        )
    remove_object(living, path)
    waits.until_gone(living, {f"the job {name_of(job)} of an earlier run": path}, run.patience)
    others = [one for one in removal if one is not job]
    force = run.request.force_conflicts
    apply_objects(run.api, others, progress=run.progress, timeout=run.request.timeout, force=force)
    run.api.apply([job], force=force)
    waits.until_done(living, name_of(job), run.patience)


def _take_away(run: Run, objects: list[Manifest]) -> None:
    """Everything that phase 2 brought, in the reverse order; what is not there any more is left out."""
    for manifest in reversed(in_order(objects)):
        remove_object(run.living, object_path(manifest))
    run.progress(f"{len(objects)} objects are removed, or being removed, from the cluster")
