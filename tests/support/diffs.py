"""Diffs of any content, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from antrea_ci.diff.model import ChangeClass, Effect, ListChange, ObjectChange, PathChange, RepositoryDiff, worst_first

TEXT = st.text(max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
CLASSES = st.sets(st.sampled_from(ChangeClass), min_size=1).map(worst_first)
PATHS = st.builds(PathChange, TEXT, VALUES, VALUES, CLASSES, TEXT, st.sampled_from(Effect), TEXT)
CHANGES = st.sampled_from(["added", "removed", "changed", "renamed", "moved"])
OBJECTS = st.builds(
    ObjectChange, CHANGES, TEXT, CLASSES, st.lists(PATHS, max_size=3).map(tuple), TEXT, TEXT, st.booleans()
)
LISTS = st.builds(ListChange, st.lists(TEXT, max_size=3).map(tuple), st.lists(TEXT, max_size=3).map(tuple))
DIFFS = st.builds(
    RepositoryDiff,
    TEXT,
    TEXT,
    TEXT,
    st.lists(OBJECTS, max_size=4).map(tuple),
    LISTS,
    LISTS,
    LISTS,
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(OBJECTS, max_size=2).map(tuple),
    TEXT,
    TEXT,
)
