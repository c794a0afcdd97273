"""One run of `install`: what its phases share, and how each of them is written down and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci import redaction
from antrea_ci.following import ProcessId
from antrea_ci.install.base import BaseRun
from antrea_ci.install.journal import Journal
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
from antrea_ci.vault import Kind

if TYPE_CHECKING:
    from antrea_ci.install.approver import Approver


@dataclass(frozen=True)
class Run(BaseRun):
    """A run with the installer, in the environment that it gets."""

    installer: Installer
    environment: Mapping[str, str]
    approver: Approver | None = None

    def log_file(self, *verb: str) -> Path:
        """The whole redacted output of the last run of ``verb``: what failed is still there after what gathers why."""
        return self.home.logs / f"openshift-install-{'-'.join(verb)}.log"

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
