"""Which backups go, which never do, and that nothing else is removed with them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from antrea_ci.installed import InstalledFile, read_installed
from antrea_ci.model.effective import load
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Contents, Kind, contents_of
from antrea_ci.vault.model import Name
from antrea_ci.vault.prune import Decision, plan, prune
from support.hosted import INSTALLED
from support.repos import commit, git
from support.vaults import Site, make_site, refuse_namespace

NOW = datetime(2026, 11, 26, 3, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = make_site(tmp_path_factory.mktemp("sixty"), keep={"daily": 3, "weekly": 2, "monthly": 2})
    for days in range(60):
        add(site, Kind.MANUAL, NOW - timedelta(days=days), Contents({}, {}, has_generated_keys=False))
    assert site.vault().push().is_complete
    return site


@pytest.fixture
def many(sixty: Site, tmp_path: Path) -> Site:
    """A manual snapshot of each of the last 60 days, in the remote too."""
    shutil.copytree(sixty.folder, tmp_path, dirs_exist_ok=True)
    return Site(tmp_path, sixty.keys)


def add(site: Site, kind: Kind, time: datetime, contents: Contents | None = None, commit: str = "") -> Name:
    contents = contents or contents_of(ClusterRepo.at(site.repo), site.head, None)
    about = {"cluster": "ocp.example.com", "commit": commit or site.head}
    name, *_ = site.vault().store_of_clone.add(Name.new(kind, time), about, {}, contents, ())
    return name


def decided(site: Site, installed: InstalledFile | None = None) -> list[Decision]:
    return plan(site.vault(), load(ClusterRepo.at(site.repo)).file.backup.keep, installed)


def record(site: Site, state: str = "installed", commit: str = "") -> InstalledFile:
    text = INSTALLED.replace("state: installed", f"state: {state}").replace("0" * 40, commit or site.head)
    _, file, _ = read_installed(text.encode(), "installed.yaml")
    assert file
    return file


def kept(decisions: list[Decision]) -> dict[str, tuple[str, ...]]:
    return {f"{one.snapshot.time:%m-%d}": one.reasons for one in decisions if not one.goes}


def test_the_keep_rules_keep_the_newest_of_days_weeks_and_months(many: Site):
    assert kept(decided(many)) == {
        "11-26": ("newest manual", "daily", "weekly", "monthly"),
        "11-25": ("daily",),
        "11-24": ("daily",),
        "11-22": ("weekly",),
        "10-31": ("monthly",),
    }


def test_without_yes_nothing_is_removed(many: Site):
    before = many.refs(), many.refs(many.repo)
    ran = many.backup("prune")
    assert (ran.code, "55 backups would go; nothing was removed" in ran.out) == (0, True)
    assert (many.refs(), many.refs(many.repo)) == before


def test_with_yes_they_are_gone_here_and_in_the_remote(many: Site):
    ran = many.backup("prune", "--yes", "--format", "json")
    told = json.loads(ran.out)
    assert (ran.code, len(told["removed"]), told["left"]) == (0, 55, [])
    assert len(many.refs()) == 5
    assert many.refs() == many.refs(many.repo)
    assert many.backup("verify").code == 0
    assert many.vault().push().done == ()


def test_the_newest_of_a_kind_stays_whatever_the_rules_say(site: Site):
    site.configure(remote=None, keep={"daily": 0, "weekly": 0, "monthly": 0})
    for kind in (Kind.MANUAL, Kind.CLUSTER):
        for days in (400, 500):
            add(site, kind, NOW - timedelta(days=days))
    assert site.backup("prune", "--yes").code == 0
    assert sorted(ref.split("/")[2] for ref in site.refs(site.repo)) == ["cluster", "manual"]


def test_what_an_installed_cluster_needs_stays(site: Site):
    """A later attempt from another commit is newer, and is not what the living cluster was made from."""
    site.configure(remote=None, keep={"daily": 0, "weekly": 0, "monthly": 0})
    kinds = (Kind.METADATA, Kind.CLUSTER, Kind.POST_INSTALL)
    needed = {add(site, kind, NOW - timedelta(days=400)) for kind in kinds}
    for kind in kinds:
        add(site, kind, NOW, commit="f" * 40)
        add(site, kind, NOW - timedelta(days=401))
    stay = {one.snapshot.name: one.reasons for one in decided(site, record(site)) if not one.goes}
    assert needed <= set(stay)
    assert {stay[name] for name in needed} == {("the installed cluster needs it",)}
    assert len(stay) == 6
    gone = {one.snapshot.name for one in decided(site, record(site, "destroyed")) if one.goes}
    assert needed <= gone


def test_in_a_new_clone_it_is_known_what_an_installed_cluster_needs(site: Site):
    site.configure(keep={"daily": 0, "weekly": 0, "monthly": 0})
    needed = add(site, Kind.METADATA, NOW - timedelta(days=400))
    add(site, Kind.METADATA, NOW, commit="f" * 40)
    add(site, Kind.METADATA, NOW - timedelta(days=401))
    site.vault().push()
    (site.repo / "installed.yaml").write_text(INSTALLED.replace("0" * 40, site.head))
    commit(site.repo)
    ran = site.backup("prune", "--yes", repo=site.clone("new"))
    assert ran.code == 0, ran.err
    assert f"refs/antrea-gitops/{needed}" in site.refs()
    assert len(site.refs()) == 2


def test_what_is_not_in_the_remote_yet_stays(site: Site):
    site.configure(keep={"daily": 0, "weekly": 0, "monthly": 0})
    old = add(site, Kind.MANUAL, NOW - timedelta(days=400))
    add(site, Kind.MANUAL, NOW)
    reasons = {one.snapshot.name: one.reasons for one in decided(site)}
    assert reasons[old] == ("not in the remote yet",)


def test_proofs_go_with_their_snapshot_and_no_others(many: Site):
    many.backup("verify")
    assert many.backup("prune", "--yes").code == 0
    assert len(many.refs()) == 10
    assert len([ref for ref in many.refs() if ref.startswith("refs/antrea-gitops/checks/")]) == 5


def test_a_snapshot_that_became_another_is_not_removed(many: Site):
    decisions = decided(many)
    going = next(one.snapshot for one in decisions if one.goes)
    for where in (many.repo, many.remote):
        git(where, "update-ref", going.ref, next(one.snapshot.object for one in decisions if not one.goes))
    done = prune(many.vault(), decisions)
    assert going.ref in many.refs()
    assert going.name in done.left


def test_a_remote_that_cannot_be_reached_stops_it(many: Site):
    many.remote.rename(many.folder / "away.git")
    before = many.refs(many.repo)
    ran = many.backup("prune", "--yes")
    assert (ran.code, "nothing is pruned" in ran.err) == (1, True)
    assert many.refs(many.repo) == before


def test_a_remote_that_refuses_to_remove_leaves_them_everywhere(many: Site):
    refuse_namespace(many.remote, "refs/")
    before = many.refs(many.repo)
    ran = many.backup("prune", "--yes")
    assert (ran.code, "55 backups not removed" in ran.err) == (1, True)
    assert many.refs(many.repo) == before


@pytest.mark.parametrize("has_remote", [True, False])
def test_one_that_nobody_can_restore_takes_nobodys_place(site: Site, has_remote: bool):
    """The newest of its kind by name, but with the manifest of another, or none."""
    if not has_remote:
        site.configure(remote=None)
    site.configure(keep={"daily": 0, "weekly": 0, "monthly": 0}, **({} if has_remote else {"remote": None}))
    good = site.store(Kind.MANUAL)
    site.vault().push()
    for number, at in enumerate((good.object, git(site.repo, "rev-parse", f"{good.object}:manifest.json"))):
        bad = f"refs/antrea-gitops/manual/2099010{number + 1}T000000Z-aaaaaaaa"
        git(site.remote if has_remote else site.repo, "fetch", "--quiet", site.repo, good.object)
        git(site.remote if has_remote else site.repo, "update-ref", bad, at)
    stay = {str(one.snapshot.name): one.reasons for one in decided(site) if not one.goes}
    assert stay[str(good.name)] == ("newest manual",)
    assert [reasons[0].split(":")[0] for name, reasons in stay.items() if "2099" in name] == ["damaged"] * 2


def test_what_another_clone_has_pruned_goes_here_too(site: Site):
    site.configure(keep={"daily": 0, "weekly": 0, "monthly": 0})
    old, new = site.store(Kind.MANUAL), site.store(Kind.MANUAL)
    site.vault().push()
    assert site.backup("prune", "--yes", repo=site.clone("other")).code == 0
    assert site.backup("prune", "--yes").code == 0
    assert [one.name for one in site.vault().snapshots()] == [new.name]
    assert old.ref not in site.refs(site.repo)
