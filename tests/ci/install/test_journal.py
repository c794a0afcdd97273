"""The journal survives a crash, and holds what was written and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci import redaction
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.journal import Journal


def events(journal: Journal) -> list[str]:
    return [entry.event for entry in journal.entries()]


def test_entries_come_back_in_order_with_their_values(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("phase.begin", phase="prepare")
    journal.append("phase.end", phase="prepare", seconds=1.5)
    first, second = journal.entries()
    assert (first.event, first.text("phase"), second.values["seconds"]) == ("phase.begin", "prepare", 1.5)


@pytest.mark.parametrize("torn", ["{", '{"time": "2026', '{"time": "t", "event": "cluster.begin"}'])
def test_a_line_that_a_crash_tore_was_never_written(tmp_path: Path, torn: str) -> None:
    file = tmp_path / "journal.jsonl"
    journal = Journal(file)
    journal.append("first")
    with file.open("a") as stream:
        stream.write(torn)
    assert events(journal) == ["first"]
    journal.append("second")
    assert events(journal) == ["first", "second"]


def test_a_spoiled_line_in_the_middle_is_not_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    journal = Journal(file)
    journal.append("first")
    file.write_bytes(b"spoiled\n" + file.read_bytes())
    with pytest.raises(AntreaGitopsError, match=r"journal\.jsonl:1: this is no entry"):
        journal.entries()


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    Journal(file).append("first")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_never_reaches_it(tmp_path: Path) -> None:
    redaction.learn(["chestnut-velvet-19"])
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("phase.failed", message='the installer said "chestnut-velvet-19"')
    assert journal.entries()[0].text("message") == 'the installer said "***"'


def test_a_password_that_is_a_word_of_ours_changes_nothing_that_was_done(tmp_path: Path) -> None:
    redaction.learn(["cluster"])
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("phase.end", phase="cluster", message="cluster")
    (entry,) = journal.entries()
    assert (entry.text("phase"), entry.text("message")) == ("cluster", "***")
