"""One run at a time for a cluster: a lease in the vault's remote, else only in this clone.

The reference ``lease`` names a commit that says who holds it and until when; it is taken, renewed and given back by
compare-and-swap. No clock alone frees it: the holder's expiry never moves back, whatever its clock does, and who finds
a lease expired watches it for longer than a renewal takes before it takes it over. One whose holder ran on this machine
and is gone is taken over at once.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.model.effective import Cluster
from antrea_ci.vault.lease_places import Held, InClone, InRemote, Place
from antrea_ci.vault.lease_terms import Terms, here
from antrea_ci.vault.model import written
from antrea_ci.vault.vault import Vault

_LASTING = timedelta(minutes=15)
_RENEWAL_SECONDS = 45.0
WATCH_SECONDS = 120.0
"""For how long an expired lease is watched: a living holder renews it within a minute or so."""
_LOOK_SECONDS = 10.0
_TRIES = 3


class Lease:
    """A lease that is held. ``is_shared`` False: others on other machines cannot see it."""

    def __init__(self, place: Place, held: Held, stolen_from: str) -> None:
        self.is_shared = isinstance(place, InRemote)
        self.is_lost = False
        self.stolen_from = stolen_from
        self._place = place
        self._held = held
        self._start = time.monotonic()
        self._renewed = self._start

    def renew(self) -> None:
        """Moves the expiry on, at most every 45 s; raises nothing.

        Afterwards ``is_lost`` tells whether somebody else has the lease, or may have it because none of the renewals
        of the last 15 minutes went through.
        """
        if self.is_lost or time.monotonic() - self._renewed < _RENEWAL_SECONDS:
            return
        try:
            new = self._place.swap(self._next(), self._held)
        except AntreaGitopsError:
            self.is_lost = time.monotonic() - self._renewed > _LASTING.total_seconds()
            return
        if new is None:
            self.is_lost = True
        else:
            self._held, self._renewed = new, time.monotonic()

    def _next(self) -> Terms:
        """Of two clocks the later one counts: one may jump back, the other stands still while a machine sleeps."""
        terms = self._held.terms
        passed = terms.since + timedelta(seconds=time.monotonic() - self._start)
        return terms.until_at_least(max(_now(), passed) + _LASTING)

    def release(self) -> None:
        """Gives the lease back; one that cannot be is free after its expiry."""
        if self.is_lost:
            return
        try:
            self._place.remove(self._held)
        except AntreaGitopsError as error:
            _say(f"the lease could not be given back; it ends {written(self._held.terms.until)}: {error.message}")


@contextmanager
def lease(cluster: Cluster, vault: Vault, verb: str, *, steal: bool) -> Generator[Lease]:
    """Holds the lease of the cluster for ``verb``.

    Raises AntreaGitopsError with holder and expiry where somebody else has it and ``steal`` is not given, and where the
    remote cannot be reached.
    """
    git = vault.store_of_clone.git
    place = InRemote(vault.remote, git) if vault.remote else InClone(git)
    if not vault.remote:
        _say("the lease is on this machine only: cluster.yaml names no backup.remote where others would see it")
    held, stolen_from = _take(place, Terms.new(cluster.name, verb, _now(), _LASTING), steal=steal)
    taken = Lease(place, held, stolen_from)
    try:
        yield taken
    finally:
        taken.release()


def _take(place: Place, wanted: Terms, *, steal: bool) -> tuple[Held, str]:
    """The lease, and from whom it was taken by force."""
    for _ in range(_TRIES):
        current = place.read()
        if current and not steal and not _is_over(place, current):
            raise _refused(current)
        if held := place.swap(wanted, current):
            return held, current.terms.as_text() if current and steal else ""
    raise AntreaGitopsError("others take the lease at the same time", fix="try again in a minute")


def _is_over(place: Place, current: Held) -> bool:
    terms = current.terms
    if terms.machine and terms.machine == here().machine:
        return not terms.is_living()
    if _now() <= terms.until:
        return False
    _say(f"the lease of {terms.as_text()} has expired; watching it for {WATCH_SECONDS:g} s, since a clock may be wrong")
    end = time.monotonic() + WATCH_SECONDS
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_SECONDS))
        seen = place.read()
        if seen is None or seen.id != current.id:
            return False
    return True


def _refused(current: Held) -> AntreaGitopsError:
    terms = current.terms
    return AntreaGitopsError(
        f"{terms.verb} is under way: the lease is held by {terms.as_text()}",
        why="two runs at once would create or destroy the same machines, and each would lose the other's state",
        fix=f"wait until it ends; if it is gone, the lease is free after {written(terms.until)}, or at once with "
        "--steal-lease",
    )


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
