"""`install` as the command line and pipelines call it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from types import FrameType

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.install import engine, opening, source
from antrea_ci.install.engine import Ended
from antrea_ci.install.flavours import refuse_options
from antrea_ci.install.lock import locked
from antrea_ci.install.request import Request
from antrea_ci.install.resuming import resumed
from antrea_ci.installer import Progress
from antrea_ci.repo import ClusterRepo

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def install(home: ClusterRepo, request: Request, environment: Mapping[str, str], progress: Progress) -> Ended:
    """Installs the commit that ``request`` names, or goes on with the installation that was interrupted.

    Raises AntreaGitopsError for every expected failure, KeyboardInterrupt after a signal; in both cases the state is
    in the vault, as far as its remote could be reached.
    """
    with interruptible():
        commit = source.commit_to_install(home, request.ref) if not request.resume else "HEAD"
        flavour = opening.flavour_of(home, commit)
        refuse_options(request, flavour)
        work = opening.work_dir(home, commit, request.work_dir)
        make_folders(home)
        with locked(work):
            if request.resume:
                _refuse_ref(request)
            if flavour == "kubernetes":
                from antrea_ci.install.kubernetes import install_on_kubernetes

                return install_on_kubernetes(home, request, commit, work, environment, progress)
            if request.resume:
                with resumed(home, request, work, environment, progress) as (run, way):
                    return engine.go_on(run, way, environment)
            with opening.fresh(home, request, commit, work, environment, progress) as run:
                return engine.start(run, environment)


def make_folders(home: ClusterRepo) -> None:
    """The folders for what is told; AntreaGitopsError where there cannot be any, now and not after the cluster."""
    for folder in (home.logs, home.report):
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise AntreaGitopsError(
                f"{folder}: {error.strerror}",
                why="logs and reports of the installation go there",
                fix="let this user make that folder, or move away what is in its place",
            ) from None


def _refuse_ref(request: Request) -> None:
    if request.ref != "HEAD":
        raise UsageError("--resume goes on with the commit that was begun with", fix="leave --ref out")


@contextmanager
def interruptible() -> Generator[None]:
    """TERM and HUP, by which pipelines cancel a job, interrupt as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What is ignored when we begin, as by nohup, stays ignored.
    heard = [number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
