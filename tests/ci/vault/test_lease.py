"""One run at a time: who has the lease, how long, and how it is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.model.effective import load
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import lease as leases
from antrea_ci.vault.lease import Lease
from antrea_ci.vault.lease_places import InClone, InRemote
from antrea_ci.vault.lease_terms import Terms, here
from support.repos import ROOT, git
from support.vaults import Site, refuse_namespace

LEASE = "refs/antrea-gitops/lease"
_KILLED = """
import os, pathlib, sys
sys.path.insert(0, sys.argv[1])
from antrea_ci.model.effective import load
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Vault
from antrea_ci.vault.lease import lease
cluster = load(ClusterRepo.at(pathlib.Path(sys.argv[2])))
with lease(cluster, Vault.of(cluster, None), "install", steal=False):
    os.kill(os.getpid(), 9)
"""


@contextmanager
def lease(site: Site, verb: str = "install", *, repo: Path | None = None, steal: bool = False) -> Generator[Lease]:
    cluster = load(ClusterRepo.at(repo or site.repo))
    with leases.lease(cluster, site.vault(repo), verb, steal=steal) as held:
        yield held


def put(site: Site, terms: Terms) -> None:
    """A lease that somebody else left in the remote."""
    vault = site.vault()
    assert vault.remote
    assert InRemote(vault.remote, vault.store_of_clone.git).swap(terms, None)


def somebody(until: datetime, **changes: object) -> Terms:
    terms = Terms("ocp", "install", "alice", "runner-7", "another machine", 1, until - timedelta(minutes=15), until)
    return replace(terms, **changes)


def due(held: Lease) -> Lease:
    """As if the last renewal was a minute ago."""
    held._renewed -= 60
    return held


def test_it_is_there_while_it_is_held_and_gone_afterwards(site: Site):
    with lease(site) as held:
        assert held.is_shared
        assert LEASE in site.refs()
    assert LEASE not in site.refs()


def test_it_is_given_back_after_a_failure_too(site: Site):
    with pytest.raises(RuntimeError), lease(site):
        raise RuntimeError
    assert LEASE not in site.refs()


def test_a_second_run_is_told_who_where_since_and_until_when(site: Site):
    clone = site.clone("other")
    with lease(site), pytest.raises(AntreaGitopsError, match="install is under way") as caught, lease(site, repo=clone):
        pass
    text = caught.value.as_text()
    assert here().holder in text
    assert here().host in text
    assert "since 2" in text
    assert "until 2" in text
    assert "--steal-lease" in text


def test_of_many_at_once_one_gets_it(site: Site):
    refusals = threading.Semaphore(0)

    def attempt(_: int) -> bool:
        try:
            with lease(site):
                assert all(refusals.acquire(timeout=60) for _ in range(2))
                return True
        except AntreaGitopsError:
            refusals.release()
            return False

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(attempt, range(3))) == 1


def test_a_renewal_moves_the_expiry_on(site: Site):
    with lease(site) as held:
        before = site.refs()[LEASE]
        due(held).renew()
        assert site.refs()[LEASE] != before
        assert not held.is_lost


def test_renewals_in_quick_succession_are_one(site: Site):
    with lease(site) as held:
        before = site.refs()[LEASE]
        held.renew()
        assert site.refs()[LEASE] == before


def test_a_lease_that_was_stolen_is_lost_and_not_given_back(site: Site):
    with lease(site) as held:
        with lease(site, "destroy", repo=site.clone("other"), steal=True) as thief:
            assert here().host in thief.stolen_from
            due(held).renew()
            assert held.is_lost
            mine = site.refs()[LEASE]
        git(site.remote, "update-ref", LEASE, mine)
    assert site.refs()[LEASE] == mine


def test_a_remote_that_is_away_for_a_while_loses_nothing(site: Site):
    with lease(site) as held:
        site.remote.rename(site.folder / "away.git")
        due(held).renew()
        assert not held.is_lost
        held._renewed -= 15 * 60
        held.renew()
        assert held.is_lost
        (site.folder / "away.git").rename(site.remote)


def test_the_expiry_never_moves_back_when_a_clock_does(site: Site, monkeypatch: pytest.MonkeyPatch):
    with lease(site) as held:
        before = held._held.terms.until
        monkeypatch.setattr(leases, "_now", lambda: datetime.now(tz=UTC) - timedelta(days=1))
        due(held).renew()
        assert held._held.terms.until >= before


def test_a_lease_of_a_gone_process_of_this_machine_is_free_at_once(site: Site):
    subprocess.run([sys.executable, "-c", _KILLED, ROOT / "ci", site.repo], check=False)
    assert LEASE in site.refs()
    with lease(site) as held:
        assert held.stolen_from == ""


def test_a_living_process_of_this_machine_keeps_it_whatever_the_clock_says(site: Site):
    put(site, somebody(datetime(2020, 1, 1, tzinfo=UTC), machine=here().machine, pid=os.getppid()))
    with pytest.raises(AntreaGitopsError, match="under way"), lease(site):
        pass


def test_an_expired_lease_is_watched_before_it_is_taken(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(leases, "WATCH_SECONDS", 0.3)
    monkeypatch.setattr(leases, "_LOOK_SECONDS", 0.1)
    put(site, somebody(datetime.now(tz=UTC) - timedelta(minutes=1)))
    start = time.monotonic()
    with lease(site) as held:
        assert time.monotonic() - start >= 0.3
        assert held.stolen_from == ""


def test_a_lease_that_only_seems_expired_is_not_taken(site: Site, monkeypatch: pytest.MonkeyPatch):
    """The clock of this machine has jumped: the holder lives, and renews while it is watched."""
    monkeypatch.setattr(leases, "_LOOK_SECONDS", 0.1)
    old = somebody(datetime.now(tz=UTC) - timedelta(minutes=1))
    put(site, old)
    vault = site.vault(site.clone("holder"))
    assert vault.remote
    place = InRemote(vault.remote, vault.store_of_clone.git)
    renewed = replace(old, until=datetime.now(tz=UTC) + timedelta(minutes=14))
    said: list[str] = []

    def watched(text: str) -> None:
        said.append(text)
        place.swap(renewed, place.read())

    monkeypatch.setattr(leases, "_say", watched)
    with pytest.raises(AntreaGitopsError, match="under way"), lease(site):
        pass
    assert len(said) == 1


def test_a_lease_that_cannot_be_read_is_held_by_somebody(site: Site):
    empty = git(site.repo, "hash-object", "-w", "-t", "tree", "/dev/null")
    commit = git(site.repo, "commit-tree", "-m", "not ours", empty)
    git(site.repo, "push", "--quiet", str(site.remote), f"{commit}:{LEASE}")
    with pytest.raises(AntreaGitopsError, match="somebody"), lease(site):
        pass
    with lease(site, steal=True) as held:
        assert held.stolen_from


def test_without_a_remote_it_is_on_this_machine_and_says_so(site: Site, capsys: pytest.CaptureFixture[str]):
    site.configure(remote=None)
    with lease(site) as held:
        assert not held.is_shared
        assert LEASE in site.refs(site.repo)
        with pytest.raises(AntreaGitopsError, match="under way"), lease(site, "destroy"):
            pass
        due(held).renew()
        assert not held.is_lost
    assert LEASE not in site.refs(site.repo)
    assert "on this machine only" in capsys.readouterr().err


def test_a_server_that_refuses_the_namespace_has_it_as_a_branch(site: Site):
    refuse_namespace(site.remote, "refs/antrea-gitops/")
    branch = "refs/heads/antrea-gitops/lease"
    with lease(site) as held:
        assert git(site.remote, "for-each-ref", "--format=%(refname)") == branch
        due(held).renew()
        assert not held.is_lost
        with pytest.raises(AntreaGitopsError, match="under way"), lease(site, repo=site.clone("other")):
            pass
    assert git(site.remote, "for-each-ref") == ""


def test_a_remote_that_is_down_gives_no_lease(site: Site):
    site.remote.rename(site.folder / "away.git")
    with pytest.raises(AntreaGitopsError, match="cannot be used"), lease(site):
        pass


def test_a_lease_is_no_snapshot(site: Site):
    with lease(site):
        assert site.vault().snapshots() == []
        assert isinstance(InClone(site.vault().store_of_clone.git).read(), type(None))
