"""The phase *cluster*: the one call that creates machines, and everything that can still be done when it fails.

source: openshift/installer cmd/openshift-install/create.go, waitfor.go; DOMAIN 6.5
"""

from __future__ import annotations

from contextlib import suppress

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.failure import failure
from antrea_ci.install.history import History
from antrea_ci.install.run import Run, host
from antrea_ci.installer import Outcome, part_of_code
from antrea_ci.vault import Kind

_MINUTES = 60.0
# The installer's own waits: 20 for the API, 30 to 60 for the bootstrap, 40 to 60 for the cluster, 30 until it is
# stable, 10 for the console, beside uploading an image and making machines.
_CREATE_TIMEOUT = 240 * _MINUTES
_WAIT_TIMEOUT = 110 * _MINUTES
_GATHER_TIMEOUT = 20 * _MINUTES
_DESTROY_BOOTSTRAP_TIMEOUT = 30 * _MINUTES
_WAIT_FOR_BOOTSTRAP = ("wait-for", "bootstrap-complete")
_WAIT_FOR_INSTALL = ("wait-for", "install-complete")


def create(run: Run) -> None:
    """Creates the cluster. Once it was started, it is never run again for this installation.

    The vault knows of the beginning before it: another runner must not take the folder for one from which nothing was
    created.
    """
    run.journal.append("cluster.begin", host=host())
    run.keeper.keep(Kind.CLUSTER)
    run.keeper.refuse_unsafe()
    run.lease.require()
    outcome = run.invoke("create", "cluster", timeout=_CREATE_TIMEOUT, keep=Kind.CLUSTER)
    settle(run, outcome)


def settle(run: Run, outcome: Outcome) -> None:
    """What follows the end of ``create cluster``, however it was watched."""
    if not outcome.succeeded:
        run.keeper.keep(Kind.CLUSTER)
        _after_failure(run, outcome)
    run.journal.append("cluster.complete")


def _after_failure(run: Run, outcome: Outcome) -> None:
    """Waits once more where the cluster may still converge; else gathers what explains the failure, and raises."""
    if outcome.fatal:
        raise failure(run, outcome, fix=_destroy(run))
    part = part_of(outcome, run.history())
    run.journal.append("failed", part=part)
    if part in ("install", "stability"):
        _remove_bootstrap(run)
        # The cluster may still converge (DOMAIN 6.5); this needs nothing but its kubeconfig.
        again = run.invoke(*_WAIT_FOR_INSTALL, timeout=_WAIT_TIMEOUT, keep=Kind.CLUSTER)
        if again.succeeded:
            return
        outcome = again
    elif part == "bootstrap":
        gather(run)
    raise failure(run, outcome, fix=_next(run, part))


def part_of(outcome: Outcome, history: History) -> str:
    """Which part failed: infrastructure, bootstrap, install, stability.

    The exit code tells it where it can; 4.12 ends with 1 where 4.18 ends with 4, so that the stages decide there.
    """
    return part_of_code(outcome.code) or history.part()


def gather(run: Run) -> None:
    """Has the bootstrap machine's logs gathered, unless the installer did it by itself. Needs SSH; may fail."""
    is_there = any(run.work.installer.glob("log-bundle-*.tar.gz"))
    if is_there or run.cluster.method == "agent":  # which has no bootstrap machine
        return
    run.say("gathering the logs of the bootstrap machine")
    with suppress(AntreaGitopsError):
        run.invoke("gather", "bootstrap", timeout=_GATHER_TIMEOUT)


def wait(run: Run, history: History) -> None:
    """Waits for a cluster whose machines are there, as ``create cluster`` would have done."""
    before = ("agent",) if run.cluster.method == "agent" else ()
    if not history.is_bootstrapped:
        outcome = run.invoke(*before, *_WAIT_FOR_BOOTSTRAP, timeout=_WAIT_TIMEOUT, keep=Kind.CLUSTER)
        if not outcome.succeeded:
            gather(run)
            raise failure(run, outcome, fix=_next(run, "bootstrap"))
        run.journal.append("bootstrapped")
    _remove_bootstrap(run)
    outcome = run.invoke(*before, *_WAIT_FOR_INSTALL, timeout=_WAIT_TIMEOUT, keep=Kind.CLUSTER)
    if not outcome.succeeded:
        raise failure(run, outcome, fix=_next(run, "install"))
    run.journal.append("cluster.complete")


def _remove_bootstrap(run: Run) -> None:
    """`create cluster` removes the bootstrap machine when it is done; whoever only waits has to do it."""
    if run.cluster.method != "ipi" or run.history().is_bootstrap_gone:
        return
    outcome = run.invoke("destroy", "bootstrap", timeout=_DESTROY_BOOTSTRAP_TIMEOUT, keep=Kind.CLUSTER)
    run.journal.append("bootstrap.gone" if outcome.succeeded else "bootstrap.left")
    if not outcome.succeeded:
        run.say("the bootstrap machine could not be removed; the cluster needs it no more")


def attach(run: Run, history: History) -> None:
    """Follows the installer that outlived an earlier run to its end."""
    process = history.process
    assert process is not None, "the history says that it lives"
    settle(run, run.attach(process, "create", "cluster", timeout=_CREATE_TIMEOUT, keep=Kind.CLUSTER))


def _next(run: Run, part: str) -> str:
    if part in ("bootstrap", "install", "stability"):
        return f"{run.again.resume} waits once more; else {_destroy(run)} and install again"
    return f"{_destroy(run)}, then install again"


def _destroy(run: Run) -> str:
    return run.again.destroy(run.cluster.name)
