"""What the keeper does while the installer runs: what was not stored, or not sent, is tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install import keeper as keeping
from antrea_ci.install.journal import Journal
from antrea_ci.install.keeper import Belongings, Keeper
from antrea_ci.vault import Contents, Kind
from support.vaults import Site, make_site, work_folder


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


def keeper_of(site: Site, faults: list[str]) -> Keeper:
    """``faults`` are taken, one at a time, before anything is stored."""
    work = work_folder(site.folder / "work")

    def contents() -> Contents:
        if faults:
            raise AntreaGitopsError(faults.pop())
        return site.contents(work)

    return Keeper(site.vault(), work, Journal(work.journal_file), Belongings(site.head, {}, contents))


def kinds(site: Site, where: Path) -> list[str]:
    return [ref.split("/")[2] for ref in site.refs(where) if "/checks/" not in ref]


def test_what_could_not_be_stored_is_tried_again_though_nothing_changed(site: Site, monkeypatch: pytest.MonkeyPatch):
    keeper = keeper_of(site, ["no space left"])
    assert "no space left" in keeper.keep_on_tick(Kind.CLUSTER)
    assert keeper.keep_on_tick(Kind.CLUSTER) == ""
    assert kinds(site, site.repo) == []  # not each second
    monkeypatch.setattr(keeping, "_PAUSE_SECONDS", 0.0)
    assert keeper.keep_on_tick(Kind.CLUSTER) == ""
    keeper.settle()
    assert "metadata" in kinds(site, site.remote)


def test_what_was_not_sent_is_sent_when_the_remote_is_there_again(site: Site, monkeypatch: pytest.MonkeyPatch):
    keeper = keeper_of(site, [])
    away = site.remote.rename(site.folder / "away")
    keeper.keep(Kind.METADATA)
    assert keeper.unpushed
    away.rename(site.remote)
    monkeypatch.setattr(keeping, "_PAUSE_SECONDS", 0.0)
    keeper.keep_on_tick(Kind.CLUSTER)
    keeper._settle()  # waits, and sends nothing itself
    assert (kinds(site, site.remote), keeper.unpushed) == (["metadata"], "")


def test_a_log_that_grows_is_no_new_state(site: Site, monkeypatch: pytest.MonkeyPatch):
    keeper = keeper_of(site, [])
    keeper.keep(Kind.METADATA)
    monkeypatch.setattr(keeping, "_PAUSE_SECONDS", 0.0)
    log = keeper.work.installer / ".clusterapi_output" / "infrastructure.log"
    log.parent.mkdir()
    log.write_text("more and more")
    keeper.keep_on_tick(Kind.CLUSTER)
    keeper.settle()
    assert kinds(site, site.repo) == ["metadata"]
