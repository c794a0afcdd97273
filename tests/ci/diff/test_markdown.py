"""The Markdown form: sizes, and texts of anybody's that stay texts."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.diff.markdown import GITHUB_LIMIT, markdown
from antrea_ci.diff.model import ChangeClass, ListChange, ObjectChange, PathChange, RepositoryDiff
from antrea_ci.diff.paths import path_text
from antrea_ci.diff.text import text
from antrea_ci.diff.visible import coded, fenced
from support.diffs import DIFFS

SAFE = (ChangeClass.SAFE,)


def _change(number: int, value: str) -> ObjectChange:
    path = PathChange("data.key", "old", value, SAFE, "nothing reads it")
    return ObjectChange("changed", f"ConfigMap/ns/map-{number}", SAFE, (path,))


def test_the_summary_comes_first_and_the_details_fold() -> None:
    images = ListChange(("r/a:1", "r/b:1"), ("r/a:2", "r/b:1"))
    text = markdown([RepositoryDiff("ocp", "main", "head", (_change(0, "new"),), images)])
    summary, details = text.split("<details>", 1)
    assert "1 object differs; worst: safe" in summary
    assert "  r/b:1\n- r/a:1\n+ r/a:2" in summary
    assert "@@ data.key @@ safe" in details
    assert "- old\n+ new" in details


def test_details_that_do_not_fit_are_counted_and_the_whole_report_is_named() -> None:
    changes = tuple(_change(number, "x" * 1_000) for number in range(200))
    text = markdown([RepositoryDiff("ocp", "main", "head", changes)], GITHUB_LIMIT, "The whole report is an artifact.")
    shown = text.count("<details>")
    assert 0 < shown < 200
    assert f"… and {200 - shown} more changes. The whole report is an artifact." in text
    assert all(f"map-{number}<" in text for number in range(200))


def test_an_object_with_values_that_do_not_fit_is_told_by_its_places() -> None:
    text = markdown([RepositoryDiff("ocp", "main", "head", (_change(0, "\n".join("x" * 80 for _ in range(2_000))),))])
    assert "@@ data.key @@ safe" in text
    assert "Its values are too long to be shown here." in text
    assert "more change" not in text


@settings(max_examples=40)
@given(st.lists(DIFFS, min_size=1, max_size=4), st.integers(1_500, 8_000))
def test_it_never_exceeds_its_limit(diffs: list[RepositoryDiff], limit: int) -> None:
    text = markdown(diffs, limit, "It is in report/diff.json.")
    assert len(text) <= limit
    assert len(text.encode("utf-16-le")) // 2 <= limit


def test_thousands_of_objects_and_very_long_names_fit_too() -> None:
    changes = tuple(_change(number, "x") for number in range(5_000))
    long = ObjectChange("changed", "ConfigMap/ns/" + "n" * 100_000, SAFE)
    for objects in (changes, (long,), (long, *changes)):
        assert len(markdown([RepositoryDiff("r" * 70_000, "b" * 70_000, "h", objects)])) <= GITHUB_LIMIT


def test_a_failure_is_told_however_long_it_is_and_however_many_repositories_there_are() -> None:
    failing = [RepositoryDiff("r", "b", "h", error="e" * 200_000), RepositoryDiff("r", "b", "h", blocked="b" * 200_000)]
    for diff, told in zip(failing, ("This fails", "This must not be merged"), strict=True):
        text = markdown([diff])
        assert told in text
        assert "(200,000 characters)" in text
    text = markdown([*failing, *(RepositoryDiff("r", "b", "h", (_change(0, "x"),)) for _ in range(2_000))])
    assert len(text) <= GITHUB_LIMIT
    assert text.startswith("#### 2000 of 2002 repositories differ; worst: safe\n\n")
    assert "1 of them could not be compared" in text
    assert "1 of them must not be merged" in text


def test_no_name_can_pass_for_a_line_of_the_report() -> None:
    fake = "a\n- b\n+ c\nNo object differs."
    path = PathChange(path_text([fake]), "old", "new", SAFE, fake, note=fake)
    diff = RepositoryDiff("r", "b", "h", (ObjectChange("renamed", fake, SAFE, (path,), fake, fake),), blocked=fake)
    diff = replace(diff, warnings=(fake,), images=ListChange((), (fake,)))
    for told in (markdown([diff]), text([diff])):
        assert "- old" in told
        assert not {"- b", "+ c", "No object differs."} & {line.strip() for line in told.splitlines()}


@given(st.text(max_size=60))
def test_no_text_leaves_its_block(text: str) -> None:
    first, *inside, last = fenced(text, "diff").split("\n")
    assert first == f"{last}diff"
    assert not any(line.lstrip().startswith(last) for line in inside)


@given(st.text(max_size=60))
def test_code_in_a_line_holds_no_mark_of_markdown_or_html(text: str) -> None:
    inside = re.sub(r"&#\d+;", "", coded(text).removeprefix("<code>").removesuffix("</code>"))
    assert all(char.isalnum() or char in " -/.,=()" for char in inside)
    assert "www." not in inside


def test_mentions_links_and_turned_letters_are_only_text() -> None:
    told = coded("@everyone [x](https://evil.example) <img src=x> `a` \u202egnp")
    assert not any(mark in told for mark in ("@everyone", "https://", "<img", "`", "\u202e"))
    assert "u202e" in told
