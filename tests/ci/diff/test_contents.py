"""Files of the repository in a diff: what Git knows of them beside their text, and the secrets in it."""

from __future__ import annotations

import pytest

from antrea_ci.diff.contents import compare_files
from antrea_ci.diff.model import ChangeClass, Effect
from antrea_ci.diff.revisions import File
from antrea_ci.vcs import Mode

NAMES = ("notes.txt", ".env", "README.md", "script.sh", "CODEOWNERS", ".github/workflows/a.yml", "broken.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_in_a_file_of_text_is_hidden_though_another_line_changed(name: str) -> None:
    before, after = (File(f"line {one}\npassword: hunter2-canary\n".encode()) for one in (1, 2))
    (change,) = compare_files({name: before}, {name: after})
    assert change.paths
    assert "hunter2" not in str(change)


def test_a_comment_is_shown_and_means_nothing() -> None:
    sides = [{"cluster.yaml": File(text.encode())} for text in ("a: 1\n", "# why\na: 1\n")]
    (change,) = compare_files(*sides)
    assert (change.classes, change.has_meaning) == ((ChangeClass.DOCUMENTATION,), False)
    assert change.paths[0].note == "comments new: # why"


def test_a_file_that_may_be_executed_from_now_on_is_a_change() -> None:
    def told(name: str) -> tuple[object, ...]:
        (change,) = compare_files({name: File(b"a: 1\n")}, {name: File(b"a: 1\n", Mode.PROGRAM)})
        (path,) = change.paths
        return path.before, path.after, path.note, path.effect

    assert told(".ci/run.sh") == (False, True, "whether the file may be executed", Effect.MEANING)
    assert told("cluster.yaml")[-1] is Effect.SPELLING


def test_another_commit_of_a_submodule_is_told() -> None:
    sides = [{"vendor": File(commit.encode(), Mode.SUBMODULE)} for commit in ("1" * 40, "2" * 40)]
    (change,) = compare_files(*sides)
    assert (change.paths[0].before, change.paths[0].after) == (
        f"a submodule at {'1' * 40}",
        f"a submodule at {'2' * 40}",
    )


@pytest.mark.parametrize(
    ("before", "after", "path", "note"),
    [
        ("on: {}", "on: {push: null}", "on.push", "null now"),
        ("on: {push: null}", "on: {}", "on.push", "null before"),
        ("on: {push: 1}", "on: {push: null}", "on.push", "null now"),
        ("on: {push: 1}", "on: {}", "on.push", ""),
    ],
)
def test_null_is_told_from_no_value(before: str, after: str, path: str, note: str) -> None:
    (change,) = compare_files(*({"a.yaml": File(f"{text}\n".encode())} for text in (before, after)))
    assert [(one.path, one.note) for one in change.paths] == [(path, note)]


@pytest.mark.parametrize("after", ["[job, script]", "!other [job, script]", "!reference [job, script, more]"])
def test_a_tag_that_only_some_programs_know_is_a_part_of_what_a_file_says(after: str) -> None:
    sides = [f"job:\n  script: {text}\n" for text in ("!reference [job, script]", after)]
    (change,) = compare_files(*({".gitlab-ci.yml": File(side.encode())} for side in sides))
    assert change.has_meaning
