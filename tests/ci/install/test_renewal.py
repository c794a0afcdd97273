"""The lease lives as long as the run, whatever the run is waiting for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import cast

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.renewal import Renewal
from antrea_ci.vault.lease import Lease

SECONDS = 20


@dataclass
class Held:
    """A lease that counts its renewals, and is lost with the last of them if a test says so."""

    is_lost: bool = False
    loses_at: int = 0
    renewals: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    count: int = 0

    def renew(self) -> None:
        self.count += 1
        self.is_lost = self.is_lost or self.count == self.loses_at
        self.renewals.release()


def renewal(held: Held) -> Renewal:
    return Renewal(cast("Lease", held), pause=0.01)


def test_it_is_renewed_again_and_again_beside_the_run() -> None:
    held = Held()
    with renewal(held):
        assert all(held.renewals.acquire(timeout=SECONDS) for _ in range(3))


def test_after_the_run_it_is_let_go() -> None:
    held = Held()
    with renewal(held):
        assert held.renewals.acquire(timeout=SECONDS)
    count = held.count
    assert not threading.Event().wait(0.05)
    assert held.count == count


def test_a_loss_is_told_once() -> None:
    held = Held(is_lost=True)
    kept = renewal(held)
    assert "the lease was lost" in kept.loss()
    assert kept.loss() == ""


def test_nothing_is_created_or_destroyed_without_it() -> None:
    with pytest.raises(AntreaGitopsError, match="the lease of this cluster was lost"):
        renewal(Held(loses_at=1)).require()
