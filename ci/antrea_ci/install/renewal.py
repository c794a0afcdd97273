"""Keeps the lease alive while a run lasts, whatever it does, without ever waiting for the remote."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError

if TYPE_CHECKING:
    from antrea_ci.vault.lease import Lease

_PAUSE_SECONDS = 60.0
# A renewal that hangs must not keep an interrupted run from ending; the lease then ends by itself.
_PATIENCE_SECONDS = 2.0


class Renewal:
    """Renews ``lease`` about every minute (``pause``, in seconds), as long as it is entered."""

    def __init__(self, lease: Lease, pause: float = _PAUSE_SECONDS) -> None:
        self._lease = lease
        self._pause = pause
        self._has_ended = threading.Event()
        self._renewing = threading.Lock()
        self._thread = threading.Thread(target=self._renew_until_the_end, daemon=True)
        self._is_told = False

    def __enter__(self) -> Renewal:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._has_ended.set()
        self._thread.join(_PATIENCE_SECONDS)

    def require(self) -> None:
        """Renews now, and raises AntreaGitopsError if somebody else has the lease, or may have it."""
        self._renew()
        if self._lease.is_lost:
            raise AntreaGitopsError(
                "the lease of this cluster was lost: somebody else may be installing or destroying it",
                why="two runs at once would create or destroy the same machines",
                fix="see what runs elsewhere (`antrea-gitops backup list` shows what it stored); then resume",
            )

    def loss(self) -> str:
        """What to tell when the lease was lost, once; else empty."""
        if not self._lease.is_lost or self._is_told:
            return ""
        self._is_told = True
        return "the lease was lost: somebody else may work on this cluster; what the installer has begun goes on"

    def _renew_until_the_end(self) -> None:
        while not self._has_ended.wait(self._pause):
            self._renew()

    def _renew(self) -> None:
        with self._renewing:
            self._lease.renew()
