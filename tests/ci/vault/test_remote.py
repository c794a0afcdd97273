"""The remote: what is sent, what is read from another clone, and what happens when it is not as one wishes."""

from __future__ import annotations

import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault import Kind
from antrea_ci.vault.model import State
from support.repos import git, spawn
from support.vaults import Site, git_daemon, refuse_namespace, silent_server

HEADS = "refs/heads/antrea-gitops/"


@pytest.fixture(params=["file", "daemon"])
def address(request: pytest.FixtureRequest, site: Site):
    if request.param == "file":
        yield f"file://{site.remote}"
    else:
        with git_daemon(site.folder) as server:
            yield f"{server}/vault.git"


def test_another_clone_gets_what_was_sent(site: Site, address: str):
    site.configure(remote=address)
    one = site.store()
    assert site.vault().push().done == (str(one.name),)
    other = site.vault(site.clone("other"))
    found = other.newest(Kind.PRE_INSTALL)
    assert found is not None
    assert (found.name, found.is_pushed) == (one.name, True)
    assert other.secret_files(found, [site.keys[1].identity]) == dict(site.contents().secret)


def test_two_writers_at_once_lose_nothing(site: Site, address: str):
    site.configure(remote=address)
    folders = [site.repo, site.clone("other")]
    with ThreadPoolExecutor(len(folders)) as pool:
        ran = list(pool.map(lambda folder: [spawn("backup", "create", cwd=folder) for _ in range(2)], folders))
    assert {one.code for several in ran for one in several} == {0}, ran
    assert len(site.refs()) == 4
    assert site.backup("verify").code == 0


def test_an_ordinary_clone_does_not_get_them(site: Site):
    site.configure(remote="origin")
    git(site.repo, "remote", "add", "origin", str(site.remote))
    git(site.repo, "push", "--quiet", "origin", "main")
    site.store()
    assert site.vault().push().done
    subprocess.run(["git", "clone", "--quiet", site.remote, site.folder / "plain"], check=True)
    assert not site.refs(site.folder / "plain")


def test_without_a_remote_there_is_nothing_to_send(site: Site):
    site.configure(remote=None)
    assert site.store().is_pushed is None
    assert site.vault().push().is_complete
    assert not site.vault().has_remote


@pytest.mark.parametrize("how", ["hook", "hidden"])
def test_a_server_that_refuses_the_namespace_gets_branches(site: Site, how: str):
    if how == "hook":
        refuse_namespace(site.remote, "refs/antrea-gitops/")
    else:
        git(site.remote, "config", "transfer.hideRefs", "refs/antrea-gitops")
    one = site.store()
    assert site.vault().push().done == (str(one.name),)
    assert git(site.remote, "for-each-ref", "--format=%(refname)") == f"{HEADS}{one.name}"
    found = site.vault(site.clone("other")).newest()
    assert found is not None
    assert (found.name, found.ref) == (one.name, one.ref)


def test_what_the_remote_rejects_waits_here_and_is_sent_later(site: Site):
    refuse_namespace(site.remote, "refs/")
    ran = site.backup("create", "--public-only")
    assert ran.code == 1
    assert "1 backup not sent" in ran.err
    assert "pre-receive hook declined" in ran.err
    (name,) = site.refs(site.repo)
    (site.remote / "hooks/pre-receive").unlink()
    assert site.backup("create", "--public-only").code == 0
    assert name in site.refs()
    assert len(site.refs()) == 2


def test_a_remote_that_is_down_keeps_nobody_from_storing(site: Site):
    shutil.move(site.remote, site.folder / "away.git")
    ran = site.backup("create", "--public-only")
    assert ran.code == 1
    assert "in this clone alone" in ran.err
    listed = site.backup("list")
    assert (listed.code, "here only" in listed.out) == (0, True)
    assert "only what this clone has is known" in listed.err
    shutil.move(site.folder / "away.git", site.remote)
    assert site.vault().push().done


def test_a_remote_that_hangs_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANTREA_GITOPS_BACKUP_TIMEOUT", "0.5")
    with silent_server() as address:
        site.configure(remote=address)
        start = time.monotonic()
        ran = site.backup("create", "--public-only")
    assert time.monotonic() - start < 8
    assert ran.code == 1
    assert "did not answer within 0.5 s" in ran.err
    assert len(site.refs(site.repo)) == 1


def test_offline_it_is_remembered_what_was_sent(site: Site):
    sent = site.store()
    site.vault().push()
    waits = site.store(Kind.MANUAL)
    shutil.rmtree(site.remote)
    found = {one.name: one.is_pushed for one in site.vault().snapshots(offline=True)}
    assert found == {sent.name: True, waits.name: False}


def test_what_was_removed_in_the_remote_is_not_brought_back(site: Site):
    old, new = site.store(Kind.MANUAL), site.store(Kind.MANUAL)
    site.vault().push()
    older = min(old, new, key=lambda one: one.name.order)
    git(site.remote, "update-ref", "-d", older.ref)
    assert site.vault().push().done == ()
    assert older.ref not in site.refs()


def test_what_the_remote_lost_is_sent_again(site: Site):
    one = site.store(Kind.MANUAL)
    site.vault().push()
    git(site.remote, "update-ref", "-d", one.ref)
    assert site.vault().push().done == (str(one.name),)


def test_every_clone_sees_what_was_proven(site: Site):
    one = site.store()
    site.vault().prove(one, State.CHECKED)
    site.vault().push()
    (seen,) = site.vault(site.clone("other")).snapshots()
    assert (seen.state, seen.is_local) == (State.CHECKED, False)


def test_a_proof_is_bound_to_its_snapshot(site: Site):
    one, other = site.store(Kind.MANUAL), site.store(Kind.NIGHTLY)
    git(site.repo, "update-ref", f"refs/antrea-gitops/checks/{one.name}/restored-20261126T031500Z", other.object)
    assert {found.state for found in site.vault().snapshots()} == {State.STORED}


def test_a_snapshot_of_another_cluster_is_refused(site: Site):
    site.store()
    site.vault().push()
    text = (site.repo / "install-config.yaml").read_text()
    (site.repo / "install-config.yaml").write_text(text.replace("name: ocp", "name: lab"))
    with pytest.raises(AntreaGitopsError, match=r"of the cluster ocp\.example\.com, and this is lab\.example\.com"):
        site.vault().newest()


@pytest.mark.parametrize("address", ["--upload-pack=touch /tmp/x", "https://me:token@git.example.com/vault.git"])
def test_an_address_that_is_an_option_or_holds_a_login_is_refused(site: Site, address: str):
    site.configure(remote=address)
    ran = site.backup("list")
    assert ran.code == 1
    assert "backup.remote" in ran.err
    assert "token@" not in ran.err


def test_programs_of_an_address_are_not_run(site: Site, tmp_path: Path):
    site.configure(remote=f"ext::sh -c touch% {tmp_path}/run")
    assert site.backup("create", "--public-only").code == 1
    assert not (tmp_path / "run").exists()


def test_an_interrupted_fetch_of_a_name_that_is_taken_changes_nothing(site: Site):
    one = site.store()
    site.vault().push()
    clone = site.clone("other")
    git(clone, "update-ref", one.ref, site.head)
    with pytest.raises(AntreaGitopsError):
        site.vault(clone).fetched(site.vault(clone).snapshots()[0])
    assert git(clone, "rev-parse", one.ref) == site.head


def test_a_snapshot_that_was_replaced_in_the_remote_is_not_called_sent(site: Site):
    one, other = site.store(), site.store()
    assert site.vault().push().is_complete
    git(site.remote, "update-ref", one.ref, other.object)
    (listed,) = [found for found in site.vault().snapshots() if found.name == one.name]
    assert (listed.is_pushed, listed.object) == (False, one.object)
    pushed = site.vault().push()
    assert pushed.left == (str(one.name),)
    assert "refused" in pushed.why
