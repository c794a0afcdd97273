"""How paths are written in facts/changes, and which of several matching ones counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.diff.classes.patterns import Tree, parse_pattern
from antrea_ci.diff.paths import Inner, Item, Step, path_text

KEYS = st.text("abcXYZ019_-$", min_size=1, max_size=8) | st.sampled_from(["openshift.io/run-level", "a b", "a.b"])
STEPS = st.lists(KEYS | KEYS.map(lambda name: Item(f"name={name}")) | st.just(Inner("yaml")), max_size=6).map(tuple)


def tree(*patterns: str, any_case: bool = False) -> Tree[str]:
    grown: Tree[str] = Tree(any_case=any_case)
    for pattern in patterns:
        grown.add(parse_pattern(pattern), pattern)
    return grown


@given(STEPS)
def test_what_a_diff_prints_as_a_path_is_the_pattern_of_that_path_alone(steps: tuple[Step, ...]) -> None:
    written = path_text(steps)
    grown = tree(written)
    assert grown.find(steps) == written
    assert grown.find((*steps, "further")) is None
    assert steps == () or grown.find(steps[:-1]) is None


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (("spec",), "spec"),
        (("spec", "image"), "spec.image"),
        (("spec", "other"), "spec.*"),
        (("spec", "other", "deep"), "spec.**"),
        (("spec", "env", Item("name=POD_NAME")), "spec.env[name=POD_NAME]"),
        (("spec", "env", Item("name=OTHER")), "spec.env[*]"),
        (("spec", "env", Item("name=OTHER"), "value"), "spec.**"),
        (("spec", "config", Inner("yaml"), "a"), "spec.config → **"),
        (("spec", "config", Inner("json")), "spec.config → **"),
        (("status",), None),
        ((), None),
    ],
)
def test_the_most_specific_pattern_counts(steps: tuple[Step, ...], found: str | None) -> None:
    grown = tree(
        "spec.**", "spec", "spec.*", "spec.image", "spec.env[*]", "spec.env[name=POD_NAME]", "spec.config → **"
    )
    assert grown.find(steps) == found


def test_a_pattern_that_fits_worse_further_on_gives_way_to_one_that_fits_at_all() -> None:
    assert tree("a.b.c", "*.b.d").find(("a", "b", "d")) == "*.b.d"


def test_the_rest_may_be_nothing() -> None:
    assert tree("a.**").find(("a",)) == "a.**"


def test_case_counts_unless_it_does_not() -> None:
    assert tree("sshKey").find(("sshkey",)) is None
    assert tree("sshKey", any_case=True).find(("SSHKEY",)) == "sshKey"


@pytest.mark.parametrize("text", ["a.**.b", "a..b", "a[", "a b", "[]", '["a', "a*b"])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no pattern of a path"):
        parse_pattern(text)


@pytest.mark.parametrize("text", ["a.b", "a.**"])
def test_two_entries_for_one_path_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="two entries have the same path"):
        tree(text, text)
