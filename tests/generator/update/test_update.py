"""What ``update`` brings over, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from antrea_generator.update import delivery, run
from antrea_generator.update.scratch import FileState, Scratch
from support.repos import git
from support.template_pairs import Pair

MINE = "# Notes\n\nThe network is 10.128.0.0/14.\n\nmine\n\nlast\n"
THEIRS = "# Notes\n\nThe network is {{ cluster_network }}.\n\ntheirs\n\nlast\n"
LOCK = f"antrea-gitops==0.1.0 --hash=sha256:{'0' * 64}\nclick==8.1.8 --hash=sha256:{'1' * 64}\n"
NEWER = {
    "template/extra.txt": None,
    "template/added.txt": "added\n",
    "template/NOTES.md.jinja": THEIRS,
}


def test_the_outcome_stands_in_the_working_tree_and_what_cut_it_off_is_made_good(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
):
    pair.change({"NOTES.md": MINE.replace("mine", "first").replace("last", "mine"), "requirements.txt": LOCK})
    (pair.repo / "notes of mine").write_text("not tracked\n")
    head, put = git(pair.repo, "rev-parse", "HEAD"), delivery._put
    pair.release(NEWER)

    def cut_off(path: Path, *states: FileState | None) -> None:
        if path.name == "extra.txt":
            raise KeyboardInterrupt
        put(path, *states)

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_put", cut_off)
        assert pair.update().code == 130
    assert pair.status() == ['?? "notes of mine"', "?? added.txt", "M NOTES.md"]
    assert pair.update().code == 0
    assert pair.status() == ['?? "notes of mine"', "?? added.txt", "D extra.txt", "M .copier-answers.yml", "M NOTES.md"]
    assert (pair.repo / "NOTES.md").read_text() == MINE.replace("mine", "theirs").replace("last", "mine")
    assert git(pair.repo, "rev-parse", "HEAD") == head


def test_a_dry_run_shows_the_outcome_and_changes_nothing(pair: Pair, judged: None):
    pair.release(NEWER)
    before = pair.state()
    done = pair.update("--dry-run")
    assert pair.state() == before
    assert done.out.startswith(f"v0.1.0 → v0.2.0 of file://{pair.template}\n")
    assert "No object differs; 4 files differ" in done.out
    assert "\nextra.txt: removed" in done.out
    assert done.out.endswith("4 files would change; nothing was changed\n")


def test_with_conflicts_the_tree_stays_and_every_place_is_told(pair: Pair):
    pair.change({"NOTES.md": MINE, "extra.txt": "mine\n"})
    pair.release(NEWER)
    told = pair.refused("--dry-run", code=5)
    assert "NOTES.md: conflict\n  lines 5 to 9:\n" in told
    assert "  mine\n" in told
    assert "  theirs\n" in told
    assert "extra.txt: conflict\n  the template drops this file, and it was changed here; it would be deleted" in told


def test_conflicts_come_over_with_markers_where_that_is_asked_for(pair: Pair):
    pair.change({"NOTES.md": MINE, "extra.txt": "mine\n", "requirements.txt": LOCK})
    pair.release({**NEWER, "template/requirements.txt": "antrea-gitops==0.2.0\n"})
    done = pair.update("--keep-conflicts", "--format", "json")
    assert done.code == 5
    shown = json.loads(done.out)
    assert [one["file"] for one in shown["conflicts"]] == ["NOTES.md", "extra.txt"]
    assert (shown["from"], shown["to"], shown["written"]) == ("v0.1.0", "v0.2.0", True)
    assert (
        "<<<<<<< before updating\nmine\n=======\ntheirs\n>>>>>>> after updating\n"
        in (pair.repo / "NOTES.md").read_text()
    )
    assert (pair.repo / "extra.txt").read_text() == "mine\n"
    assert (pair.repo / "added.txt").read_text() == "added\n"
    # The lock is no change of people's: a newer version takes its place, and is to be locked again.
    assert (pair.repo / "requirements.txt").read_text() == "antrea-gitops==0.2.0\n"
    assert "requirements.txt names antrea-gitops 0.2.0, without checksums: `antrea-gitops tools lock`" in str(
        shown["notes"]
    )
    # Git refuses to commit a file that it calls unmerged.
    assert git(pair.repo, "diff", "--name-only", "--diff-filter=U") == "NOTES.md"


def test_what_is_not_committed_is_never_overwritten(pair: Pair):
    (pair.repo / "NOTES.md").write_text(MINE)
    (pair.repo / "added.txt").write_text("mine\n")
    (pair.repo / "cluster.yaml").write_text((pair.repo / "cluster.yaml").read_text() + "# mine\n")
    pair.release(NEWER)
    told = pair.refused()
    assert (
        "added.txt: error: the template brings this file, and something that the last commit does not have is" in told
    )
    assert "NOTES.md: error: has changes that are not committed" in told
    assert "cluster.yaml: error: has changes that are not committed" in told


def test_the_clone_is_private_and_goes_whatever_happens(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen: list[tuple[int, bool]] = []

    def broken(_: object, clone: Scratch, *others: object) -> None:
        seen.append((clone.work.stat().st_mode & 0o777, clone.work.is_relative_to(tmp_path / "tmp")))
        raise KeyboardInterrupt

    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(run, "setting", broken)
    before = pair.state()
    assert pair.update().code == 130
    assert seen == [(0o700, True)]
    assert list((tmp_path / "tmp").iterdir()) == []
    assert pair.state() == before


def test_an_error_that_only_the_outcome_has_stops_it(pair: Pair, judged: None):
    pair.release({"template/notes.orig": "left behind\n"})
    assert "notes.orig: error: was left by an update" in pair.refused()
