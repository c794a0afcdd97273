"""What every run of `install` is, whoever makes the cluster: how its phases are written down and shown."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from antrea_ci import redaction
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.files import read_tree
from antrea_ci.install.again import Again
from antrea_ci.install.history import History
from antrea_ci.install.journal import Journal
from antrea_ci.install.keeper import Keeper
from antrea_ci.install.renewal import Renewal
from antrea_ci.install.request import Request
from antrea_ci.install.workdir import WorkDir
from antrea_ci.installer import Line, Progress
from antrea_ci.model.effective import Cluster
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets


class Phase(StrEnum):
    """The phases in their order; *apply* takes the place of those of the installer where there is none."""

    PREFLIGHT = "preflight"
    PREPARE = "prepare"
    MANIFESTS = "manifests"
    OVERLAY = "overlay"
    BACKUP = "backup"
    IGNITION = "ignition"
    CLUSTER = "cluster"
    APPLY = "apply"
    VERIFY = "verify"
    RECORD = "record"


@dataclass(frozen=True)
class BaseRun:
    """What every phase needs. ``cluster`` is as the commit describes it, its files are below ``work.source``."""

    request: Request
    home: ClusterRepo
    cluster: Cluster
    commit: str
    work: WorkDir
    journal: Journal
    secrets: Secrets
    keeper: Keeper
    lease: Renewal
    progress: Progress

    @property
    def rendered(self) -> dict[str, bytes]:
        """The reviewed manifests by file name, as they were committed."""
        return read_tree(self.cluster.repo.rendered)

    @property
    def again(self) -> Again:
        """What people are told to run next."""
        return Again.of(self.home, self.request)

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
