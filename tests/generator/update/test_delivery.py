"""Files come over one by one: cut off anywhere, each is old or new, and the same again does the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import FindingsError
from antrea_ci.repo import ClusterRepo
from antrea_generator.update import delivery
from antrea_generator.update.scratch import FileState, state_of, tree_of

BEFORE = {
    ".copier-answers.yml": FileState(b"old\n"),
    "changed": FileState(b"old\n"),
    "gone/deep/file": FileState(b"old\n"),
    "link": FileState(b"old"),
    "script": FileState(b"old\n"),
}
AFTER = {
    ".copier-answers.yml": FileState(b"new\n"),
    "added/deep/file": FileState(b"new\n"),
    "changed": FileState(b"new\n"),
    "link": FileState(b"changed", is_link=True),
    "script": FileState(b"old\n", is_executable=True),
}


@pytest.fixture
def repo(tmp_path: Path) -> ClusterRepo:
    for name, state in BEFORE.items():
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(state.data)
    return ClusterRepo(tmp_path / "repo")


@pytest.mark.parametrize("steps", range(6))
def test_cut_off_after_any_file_the_next_run_does_the_rest(
    repo: ClusterRepo, steps: int, monkeypatch: pytest.MonkeyPatch
):
    plan, put, done = delivery.delivery(repo, BEFORE, AFTER), delivery._put, []

    def cut_off(path: Path, *states: FileState | None) -> None:
        if len(done) == steps:
            raise KeyboardInterrupt
        done.append(path)
        put(path, *states)

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_put", cut_off)
        with pytest.raises(KeyboardInterrupt):
            plan.write()
    for name in {*BEFORE, *AFTER}:
        assert state_of(repo.root / name) in (BEFORE.get(name), AFTER.get(name))
    assert state_of(repo.answers_file) == BEFORE[".copier-answers.yml"], "it says that the update is not done"
    delivery.refuse_changed(plan, BEFORE, BEFORE)
    plan.write()
    assert tree_of(repo.root) == AFTER
    assert not (repo.root / "gone").exists()


def test_what_changed_meanwhile_is_told_whole_and_kept(repo: ClusterRepo):
    plan = delivery.delivery(repo, BEFORE, AFTER)
    (repo.root / "changed").write_text("mine\n")
    (repo.root / "added").write_text("mine\n")
    (repo.root / "script").unlink()
    with pytest.raises(FindingsError) as told:
        delivery.refuse_changed(plan, BEFORE, BEFORE)
    assert [(one.location.file, one.rule) for one in told.value.findings] == [
        ("added/deep/file", "update/in-the-way"),
        ("changed", "update/uncommitted"),
        ("script", "update/uncommitted"),
    ]


def test_a_file_that_changes_in_the_last_moment_is_not_overwritten(repo: ClusterRepo):
    plan = delivery.delivery(repo, BEFORE, AFTER)
    (repo.root / "changed").write_text("mine\n")
    with pytest.raises(FindingsError, match="1 problem"):
        plan.write()
    assert (repo.root / "changed").read_text() == "mine\n"
    assert state_of(repo.answers_file) == BEFORE[".copier-answers.yml"]
