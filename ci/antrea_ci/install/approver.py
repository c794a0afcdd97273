"""Admits the nodes that people make: their certificates are approved by nobody else until the cluster is up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.journal import Journal
from antrea_ci.model.effective import Cluster
from antrea_ci.verify import approve_nodes, find_program

_PAUSE_SECONDS = 20.0


@dataclass
class Approver:
    """Approves the node certificates of planned nodes, round by round, while the installer waits."""

    cluster: Cluster
    kubeconfig: Path
    journal: Journal
    say: Callable[[str], None]
    _asked_at: float = 0.0
    _running: threading.Thread | None = field(default=None, repr=False)
    _told: set[str] = field(default_factory=set[str], repr=False)

    def tick(self) -> None:
        """Starts a round if it is time and the last one has ended."""
        is_busy = self._running is not None and self._running.is_alive()
        if is_busy or time.monotonic() - self._asked_at < _PAUSE_SECONDS or not self.kubeconfig.is_file():
            return
        self._asked_at = time.monotonic()
        self._running = threading.Thread(target=self._round, daemon=True)
        self._running.start()

    def _round(self) -> None:
        try:
            program = find_program(self.cluster)
            approvals = approve_nodes(self.cluster, self.kubeconfig, program)
        except AntreaGitopsError:  # the API is not up yet, as most of the time at the beginning
            return
        for name in approvals.approved:
            self.journal.append("approved", request=name)
            self.say(f"approved the certificate request {name}")
        for left in approvals.left:
            if left.name in self._told:
                continue
            self._told.add(left.name)
            self.say(f"left the certificate request {left.name}: {left.why}; {left.command}")
