"""Opens a run that goes on with an installation."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

from antrea_ci import following
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install import source
from antrea_ci.install.again import Again
from antrea_ci.install.fetching import fetch_state
from antrea_ci.install.history import History
from antrea_ci.install.ignition import digest, seconds_left
from antrea_ci.install.journal import Journal
from antrea_ci.install.opening import approver_of, belongings_of, end_what_is_left, entries_in, opened
from antrea_ci.install.request import Request, Until
from antrea_ci.install.resume import Way, refuse_backwards, refuse_nothing, way
from antrea_ci.install.run import Run, host
from antrea_ci.install.workdir import WorkDir
from antrea_ci.installer import Progress, stages_in
from antrea_ci.model.effective import load as load_cluster
from antrea_ci.repo import ClusterRepo


@contextmanager
def resumed(
    home: ClusterRepo, request: Request, work: WorkDir, environment: Mapping[str, str], progress: Progress
) -> Generator[tuple[Run, Way]]:
    """A run that goes on with an installation, from this machine's work folder, or from the vault.

    The vault is read under the lease: before it, somebody else may still be at work.
    """
    journal = Journal(work.journal_file)
    history = History.of(journal.entries())
    again = Again.of(home, request)
    if request.no_vault and not history.exists:
        refuse_nothing(history)
    cluster = source.checked_out(home, history.commit, work.source) if history.exists else load_cluster(home)
    with opened(home, request, cluster, history.commit, work, environment, progress) as opened_run:
        run = opened_run
        if _is_behind(history, run):
            assert run.keeper.vault is not None, "only a vault can be ahead"
            fetch_state(run.keeper.vault, work, run.secrets)
            history = run.history()
            refuse_nothing(history)
            run = _described_by(history.commit, run)
        end_what_is_left(history)
        if history.is_created and not history.is_complete:
            history = _reviewed(journal, history, work)
        how = _way(history, work, again)
        if how is Way.WAIT and request.until is Until.IGNITION and not history.is_created:
            how = Way.ON  # whoever makes the machines is told once more
        refuse_backwards(how, request.until)
        yield run, how


def _is_behind(history: History, run: Run) -> bool:
    """Whether the vault knows more than this folder: it is empty, or somebody else created machines from elsewhere."""
    if run.keeper.vault is None or history.is_created or history.is_handed_over:
        return False
    if not history.exists:
        return True
    theirs = entries_in(run.keeper.vault)
    is_ours = run.journal.entries()[: len(theirs)] == theirs
    return not is_ours and History.of_vault(theirs).is_unfinished


def _described_by(commit: str, run: Run) -> Run:
    """The same run for the cluster as ``commit`` describes it."""
    cluster = source.checked_out(run.home, commit, run.work.source)
    run.keeper.belongings = belongings_of(run.home, commit, run.work, run.installer)
    return replace(run, cluster=cluster, commit=commit, approver=approver_of(cluster, run))


def _reviewed(journal: Journal, history: History, work: WorkDir) -> History:
    """The history with what the installer did while nobody watched it, by its own log."""
    known = {entry.text("stage") for entry in history.entries if entry.event == "stage.begin"}
    for stage in stages_in(work.log_file):
        if stage.name not in known:
            journal.append("stage.begin", stage=stage.name, reached=stage.reached, reviewed=True)
    return History.of(journal.entries())


def _way(history: History, work: WorkDir, again: Again) -> Way:
    process = history.process
    is_living = bool(process and history.host == host() and following.is_living(process))
    return way(history, is_living=is_living, seconds_left=_seconds_left(history, work), again=again)


def _seconds_left(history: History, work: WorkDir) -> float:
    """Of the ignition's certificates; 0 for an ignition that is not whole, or not the one that was looked at."""
    ignition = work.bootstrap_ignition_file
    if history.is_created or not history.has_ended("ignition") or not ignition.is_file():
        return 0.0
    if history.proof and history.proof != digest(ignition):
        return 0.0
    with suppress(AntreaGitopsError):
        return seconds_left(ignition)
    return 0.0
