"""The phases of an installation on a cluster that is there: preflight, backup, apply, verify, record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from antrea_ci.apply.identity import is_made_anew, system_id
from antrea_ci.apply.objects import applied
from antrea_ci.apply.plan import INSTALL, plan
from antrea_ci.apply.request import TIMEOUT_SECONDS
from antrea_ci.apply.steps import Manifest
from antrea_ci.apply.waits import Antrea, Marks, is_degraded
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.firewall import rendered_objects
from antrea_ci.install import late
from antrea_ci.install.base import BaseRun, Phase
from antrea_ci.install.engine import Ended, finish
from antrea_ci.install.kubernetes.look import refuse_unfit
from antrea_ci.install.metadata import Metadata
from antrea_ci.install.opening import binding_record
from antrea_ci.install.preparations import preflight
from antrea_ci.installed_records import Record
from antrea_ci.kube.api import Api, ApiError
from antrea_ci.values import mapping_at
from antrea_ci.vault import Kind
from antrea_ci.verify.look import Look

_NOTE = "Antrea is installed; later commits reach the cluster by `antrea-gitops apply`"


@dataclass(frozen=True)
class KubernetesRun(BaseRun):
    """A run on a cluster that is there, with its API."""

    api: Api


def carry_out(run: KubernetesRun, environment: Mapping[str, str]) -> Ended:
    """All phases. Each does no harm where it was done before."""
    record, manifests = _record(run), _manifests(run)
    with run.phase(Phase.PREFLIGHT):
        run.say(f"the cluster is that of {run.api.source or run.api.kubeconfig}")
        preflight(run)
        for finding in refuse_unfit(run.cluster, record, run.api, manifests):
            run.say(finding.as_text())
        if record:
            _refuse_changes(run, record, manifests)
    with run.phase(Phase.BACKUP):
        run.keeper.keep(Kind.PRE_INSTALL)
    with run.phase(Phase.APPLY):
        _apply(run, manifests)

    def verify() -> None:
        late.verify_cluster(run, run.api.kubeconfig, run.api.program)

    def enter() -> None:
        late.record(run, Metadata("", system_id(Look(run.api))), environment)

    return replace(finish(run, verify, None if record else enter), note=_NOTE)


def _record(run: KubernetesRun) -> Record | None:
    """The record of this cluster; None for one that was made anew since."""
    record = binding_record(run.home, run.cluster)
    if record is None or not is_made_anew(record.file, run.api):
        return record
    run.say(f"{record.where} is of an earlier cluster of this name: this one has no Antrea, and another id")
    return None


def _manifests(run: BaseRun) -> list[Manifest]:
    return [mapping_at(one, ()) for one in rendered_objects(run.cluster.repo).values()]


def _refuse_changes(run: KubernetesRun, record: Record, manifests: list[Manifest]) -> None:
    """A cluster that was installed is changed by `apply`, which knows what changes do; the same again is none."""
    found = plan(run.api, run.home, run.commit, manifests, prune=False)
    if not found.changes:
        return
    names = "".join(f"\n    {name}" for name in found.order)
    raise AntreaGitopsError(
        f"{record.where} says that this cluster is {record.file.state}, since {record.file.recorded}, and this commit "
        f"would change it:{names}",
        why="`apply` refuses what can never change, tells which agents restart, and keeps to the maintenance windows",
        fix="bring the commit to the living cluster with `antrea-gitops apply`",
    )


def _apply(run: KubernetesRun, manifests: list[Manifest]) -> None:
    """Applies the objects in their order and waits until Antrea is there."""
    was_degraded, before = is_degraded(run.api, run.cluster), list[Marks]()
    run.lease.require()
    changed: list[str] = []
    try:
        for name in applied(
            run.api,
            manifests,
            progress=run.say,
            timeout=TIMEOUT_SECONDS,
            before_resources=lambda: before.append(Marks.of(run.api)),
        ):
            run.journal.append("applied", object=name)
            changed.append(name)
    except ApiError as error:
        raise _explained(error) from None
    marks = before[0] if before and any(name.startswith(f"{INSTALL}/") for name in changed) else None
    antrea = Antrea(run.api, run.cluster, marks, was_degraded=was_degraded)
    if warning := antrea.wait(seconds=TIMEOUT_SECONDS, progress=run.say):
        run.say(warning)


def _explained(error: ApiError) -> AntreaGitopsError:
    if error.reason != "Conflict":
        return error
    return AntreaGitopsError(
        error.message,
        why="somebody else has put Antrea into this cluster, and still owns parts of it",
        fix="remove that, or take it over once with `antrea-gitops apply --force-conflicts`; then install again",
    )
