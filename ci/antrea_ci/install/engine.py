"""Runs an installation from its first phase to its last, or goes on with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install import early
from antrea_ci.install.aftermath import settle
from antrea_ci.install.base import BaseRun, Phase
from antrea_ci.install.creation import attach, create, wait
from antrea_ci.install.metadata import read_metadata
from antrea_ci.install.preparations import preflight, secure
from antrea_ci.install.request import Until
from antrea_ci.install.resume import Way
from antrea_ci.install.run import Run
from antrea_ci.vault import Kind


@dataclass(frozen=True)
class Ended:
    """How a run ended well: installed, stopped (as asked), or handed-over. ``commands`` are for people to run next.

    ``unpushed`` says why a snapshot is not in the remote yet; empty when all are. ``note`` is what to tell of a cluster
    that is installed; empty where its credentials are what comes next.
    """

    outcome: str
    commands: tuple[str, ...] = ()
    unpushed: str = ""
    note: str = ""


def start(run: Run, environment: Mapping[str, str]) -> Ended:
    """A fresh installation."""

    def body() -> Ended:
        with run.phase(Phase.PREFLIGHT):
            preflight(run)
        return _from_prepare(run, environment)

    return carried_out(run, body)


def go_on(run: Run, way: Way, environment: Mapping[str, str]) -> Ended:
    """One that was interrupted."""
    bodies: dict[Way, Callable[[], Ended]] = {
        Way.ANEW: lambda: _from_prepare(run, environment),
        Way.ON: lambda: _from_proven(run, environment),
        Way.ATTACH: lambda: _watched(run, environment, lambda: attach(run, run.history())),
        Way.WAIT: lambda: _watched(run, environment, lambda: wait(run, run.history())),
        Way.FINISH: lambda: _finish(run, environment),
    }
    return carried_out(run, bodies[way])


def carried_out(run: BaseRun, body: Callable[[], Ended]) -> Ended:
    """Runs ``body``; however it ends, the state is kept, and a report and, after a failure, an archive are left."""
    request = run.request
    run.journal.append("run.begin", until=request.until.value, resume=request.resume, waived=request.waived)
    try:
        ended = body()
    except KeyboardInterrupt:
        settle(run, "interrupted")
        raise
    except BaseException:
        settle(run, "failed")
        raise
    settle(run, ended.outcome)
    return replace(ended, unpushed=run.keeper.unpushed)


def _from_prepare(run: Run, environment: Mapping[str, str]) -> Ended:
    steps = ((Phase.PREPARE, early.prepare), (Phase.MANIFESTS, early.manifests), (Phase.OVERLAY, early.overlay))
    for phase, step in steps:
        with run.phase(phase):
            step(run)
    with run.phase(Phase.BACKUP):
        secure(run)
    if run.request.until is Until.MANIFESTS:
        return Ended("stopped")
    with run.phase(Phase.IGNITION):
        early.ignition(run)
        run.keeper.keep(Kind.IGNITION)
    return _from_ignition(run, environment)


def _from_proven(run: Run, environment: Mapping[str, str]) -> Ended:
    """With the ignition of an earlier run, which may have been told to do without the vault."""
    run.keeper.keep(Kind.IGNITION)
    return _from_ignition(run, environment)


def _from_ignition(run: Run, environment: Mapping[str, str]) -> Ended:
    is_end = run.request.until is not Until.CLUSTER
    if run.cluster.method != "ipi":
        if not is_end:
            run.keeper.refuse_unsafe()
        from antrea_ci.install.handover import hand_over  # only for machines that people make

        return Ended("handed-over", hand_over(run))
    if is_end:
        return Ended("stopped")
    return _watched(run, environment, lambda: create(run))


def _watched(run: Run, environment: Mapping[str, str], step: Callable[[], None]) -> Ended:
    with run.phase(Phase.CLUSTER):
        step()
        run.keeper.keep(Kind.CLUSTER)
    return _finish(run, environment)


def _finish(run: Run, environment: Mapping[str, str]) -> Ended:
    from antrea_ci.install import late  # what speaks to clusters and Git hosts, after an hour
    from antrea_ci.kube.program import find_program

    def verify() -> None:
        late.verify_cluster(run, run.work.kubeconfig_file, find_program(run.cluster))

    def record() -> None:
        late.record(run, read_metadata(run.work.metadata_file), environment)

    return finish(run, verify, None if run.history().is_recorded else record)


def finish(run: BaseRun, verify: Callable[[], None], record: Callable[[], None] | None) -> Ended:
    """The cluster is there: it is recorded whatever *verify* finds, because what cannot change any more is a fact.

    ``record`` is None where it is recorded already.
    """
    fault: AntreaGitopsError | None = None
    try:
        with run.phase(Phase.VERIFY):
            verify()
    except AntreaGitopsError as error:
        fault = error
    if record:
        with run.phase(Phase.RECORD):
            record()
    if fault:
        raise fault
    return Ended("installed")
