"""Values as people read them: one line, nothing that can be taken for something else, nothing that cannot be seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.diff.model import ABSENT
from antrea_ci.diff.structure import lines, shown
from support.certificates import CERTIFICATE
from support.values import VALUES, written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("v1.13.1_vmware.1", "v1.13.1_vmware.1"),
        ("10.1.224.0/24", "10.1.224.0/24"),
        ("a text with blanks", "a text with blanks"),
        ("true", '"true"'),
        (True, "true"),
        ("8443", '"8443"'),
        ("0x1f", '"0x1f"'),
        (8443, "8443"),
        ("", '""'),
        (None, "null"),
        ("null", '"null"'),
        ("absent", '"absent"'),
        (ABSENT, "absent"),
        (" a", '" a"'),
        ("a\nb", '"a\\nb"'),
        ("{}", '"{}"'),
        ({}, "{}"),
        ({"a": [1, "b"]}, '{"a": [1, "b"]}'),
        ("10.1.224.10", "10.1.224.10"),
        ("1.10", '"1.10"'),
        ("Zürich", "Zürich"),
        (CERTIFICATE, "certificate CN=Example CA, expires 2126-11-01"),
    ],
)
def test_a_value_in_one_line(value: Any, text: str):
    assert shown(value) == text


def test_what_turns_the_direction_of_writing_is_seen():
    assert shown("admin\u202e# \u200b") == '"admin\\u202e# \\u200b"'


def test_a_long_value_is_cut_and_says_how_long_it_is():
    assert shown("x" * 5000, limit=40) == "x" * 20 + "… (5,000 characters)"


@given(VALUES, st.integers(40, 200))
def test_any_value_is_one_line_within_the_limit(value: Any, limit: int):
    text = shown(written(value), limit=limit)
    assert len(text) <= limit
    assert text.isprintable()


def test_lines_that_differ_come_with_three_lines_of_context():
    before = "".join(f"line {number}\n" for number in range(20))
    assert lines(before, before.replace("line 10\n", "ten\n")) == [
        "@@ -8,7 +8,7 @@",
        " line 7",
        " line 8",
        " line 9",
        "-line 10",
        "+ten",
        " line 11",
        " line 12",
        " line 13",
    ]


def test_a_line_break_that_is_missing_at_the_end_is_seen():
    assert lines("a\n", "a") == ["@@ -1 +1,2 @@", " a", "+\\ no line break at the end"]


@given(st.text(max_size=30), st.text(max_size=30))
def test_there_are_lines_if_and_only_if_the_texts_differ(before: str, after: str):
    assert bool(lines(before, after)) is (before != after)
