"""Keeps the lease alive while the installer runs, without ever waiting for the remote."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError

if TYPE_CHECKING:
    from antrea_ci.vault.lease import Lease

_PAUSE_SECONDS = 60.0


@dataclass
class Renewal:
    """Renews ``lease`` about every minute, as long as ``tick`` is called."""

    lease: Lease
    _renewed_at: float = field(default_factory=time.monotonic)
    _running: threading.Thread | None = field(default=None, repr=False)
    _is_told: bool = False

    def require(self) -> None:
        """Renews now, and raises AntreaGitopsError if somebody else has the lease, or may have it."""
        if self._running is not None:
            self._running.join()
        self.lease.renew()
        if self.lease.is_lost:
            raise AntreaGitopsError(
                "the lease of this cluster was lost: somebody else may be installing or destroying it",
                why="two runs at once would create or destroy the same machines",
                fix="see what runs elsewhere (`antrea-gitops backup list` shows what it stored); then resume",
            )

    def tick(self) -> str:
        """Renews if it is time; what to tell when the lease was lost, once. A remote that hangs does not delay us."""
        self._renew_beside()
        if not self.lease.is_lost or self._is_told:
            return ""
        self._is_told = True
        return "the lease was lost: somebody else may work on this cluster; what the installer has begun goes on"

    def _renew_beside(self) -> None:
        is_busy = self._running is not None and self._running.is_alive()
        if is_busy or self.lease.is_lost or time.monotonic() - self._renewed_at < _PAUSE_SECONDS:
            return
        self._renewed_at = time.monotonic()
        self._running = threading.Thread(target=self.lease.renew, daemon=True)
        self._running.start()
