"""The Markdown form: sizes, and texts of anybody's that stay texts."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from antrea_ci.diff.markdown import GITHUB_LIMIT, markdown
from antrea_ci.diff.model import ChangeClass, ListChange, ObjectChange, PathChange, RepositoryDiff
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
