"""One run of `install`: what its phases share, and how each of them is written down and shown."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci import redaction
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.files import read_tree
from antrea_ci.following import ProcessId
from antrea_ci.install.again import Again
from antrea_ci.install.history import History
from antrea_ci.install.journal import Journal
from antrea_ci.install.keeper import Keeper
from antrea_ci.install.renewal import Renewal
from antrea_ci.install.request import Request
from antrea_ci.install.workdir import WorkDir
from antrea_ci.installer import (
    Errand,
    Hooks,
    Installer,
    Line,
    Outcome,
    Progress,
    Stage,
    attach_installer,
    reached_by,
    run_installer,
)
from antrea_ci.model.effective import Cluster
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets
from antrea_ci.vault import Kind

if TYPE_CHECKING:
    from antrea_ci.install.approver import Approver


class Phase(StrEnum):
    """The phases in their order."""

    PREFLIGHT = "preflight"
    PREPARE = "prepare"
    MANIFESTS = "manifests"
    OVERLAY = "overlay"
    BACKUP = "backup"
    IGNITION = "ignition"
    CLUSTER = "cluster"
    VERIFY = "verify"
    RECORD = "record"


@dataclass(frozen=True)
class Run:
    """What every phase needs. ``cluster`` is as the commit describes it, its files are below ``work.source``."""

    request: Request
    home: ClusterRepo
    cluster: Cluster
    commit: str
    work: WorkDir
    journal: Journal
    installer: Installer
    secrets: Secrets
    environment: Mapping[str, str]
    keeper: Keeper
    lease: Renewal
    progress: Progress
    approver: Approver | None = None

    @property
    def rendered(self) -> dict[str, bytes]:
        """The reviewed manifests by file name, as they were committed."""
        return read_tree(self.cluster.repo.rendered)

    @property
    def again(self) -> Again:
        """What people are told to run next."""
        return Again.of(self.home, self.request)

    def log_file(self, *verb: str) -> Path:
        """The whole redacted output of the last run of ``verb``: what failed is still there after what gathers why."""
        return self.home.logs / f"openshift-install-{'-'.join(verb)}.log"

    def say(self, text: str) -> None:
        """Shows a line to whoever watches."""
        self.progress.line(Line("info", redaction.text(text)))

    def history(self) -> History:
        """What was written down of this installation so far."""
        return History.of(self.journal.entries())

    @contextmanager
    def phase(self, phase: Phase) -> Generator[None]:
        """Journals the beginning and the end of a phase, however it ends."""
        self.progress.phase(phase.value)
        self.journal.append("phase.begin", phase=phase.value)
        begun = time.monotonic()
        try:
            yield
        except AntreaGitopsError as error:
            self._end("phase.failed", phase, begun, error.as_text())
            raise
        except BaseException as error:
            self._end("phase.failed", phase, begun, type(error).__name__)
            raise
        self._end("phase.end", phase, begun)

    def _end(self, event: str, phase: Phase, begun: float, message: str = "") -> None:
        seconds = round(time.monotonic() - begun, 3)
        self.journal.append(event, phase=phase.value, seconds=seconds, **({"message": message} if message else {}))

    def invoke(self, *verb: str, timeout: float, keep: Kind | None = None) -> Outcome:
        """Runs the installer in the scratch folder; while it runs, its state is kept as ``keep``."""
        self.journal.append("process.begin", verb=" ".join(verb))
        outcome = run_installer(self._errand(verb, timeout, keep), self.environment)
        self._ended(outcome)
        return outcome

    def attach(self, process: ProcessId, *verb: str, timeout: float, keep: Kind) -> Outcome:
        """Follows an installer that outlived an earlier run as ``invoke`` would have done."""
        outcome = attach_installer(self._errand(verb, timeout, keep), process)
        self._ended(outcome)
        return outcome

    def _errand(self, verb: Sequence[str], timeout: float, keep: Kind | None) -> Errand:
        return Errand(
            self.installer,
            verb,
            folder=self.work.installer,
            output=self.work.output_file,
            log=self.log_file(*verb),
            progress=Journalled(self.progress, self.journal),
            hooks=self.hooks(keep),
            timeout=timeout,
        )

    def _ended(self, outcome: Outcome) -> None:
        """Journals how the installer ended, and learns what it made."""
        redaction.learn_folder(self.work.installer)
        code, seconds = outcome.code, round(outcome.seconds, 3)
        cause = outcome.cause.id if outcome.cause else ""
        self.journal.append("process.end", verb=outcome.verb, code=code, seconds=seconds, cause=cause)

    def hooks(self, keep: Kind | None) -> Hooks:
        """What happens while the installer runs: its state is kept, the lease lives on, nodes are admitted."""

        def on_start(process: ProcessId) -> None:
            self.journal.append("process", pid=process.pid, started=process.started, host=host())

        def on_interrupt() -> None:
            self.journal.append("interrupt")
            if keep:
                self.keeper.keep_at_once(keep)

        def on_tick() -> None:
            if told := self.lease.loss():
                self.say(told)
            if self.approver:
                self.approver.tick()
            if keep and (fault := self.keeper.keep_on_tick(keep)):
                self.say(fault)

        return Hooks(on_start, on_interrupt, on_tick)


@dataclass(frozen=True)
class Journalled:
    """Passes on what the installer does, and writes its stages down."""

    progress: Progress
    journal: Journal

    def phase(self, name: str) -> None:
        self.progress.phase(name)

    def line(self, line: Line) -> None:
        self.progress.line(line)

    def enter(self, name: str, usual: float | None) -> None:
        self.journal.append("stage.begin", stage=name, reached=reached_by(name))
        self.progress.enter(name, usual)

    def stage(self, stage: Stage) -> None:
        self.journal.append("stage.end", stage=stage.name, seconds=stage.seconds)
        self.progress.stage(stage)

    def last(self, line: Line) -> None:
        self.progress.last(line)

    def beat(self) -> None:
        self.progress.beat()

    def done(self) -> None:
        self.progress.done()


def host() -> str:
    """This machine's name, by which a later run tells whether a process can be its neighbour."""
    import socket

    return socket.gethostname()
