"""Which object is which: the same one, moved, renamed, or another; a guess is never made."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.diff.pairing import Manifest, pair

TEN = {f"key{number}": str(number) for number in range(10)}


def config(name: str, data: dict[str, Any] = TEN, namespace: str = "a", **other: Any) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data), **other}


def paired(before: list[Manifest], after: list[Manifest]) -> list[str]:
    """``renamed ConfigMap/a/x → ConfigMap/a/y`` for each pair; files are named by their place."""
    sides = ({f"{number}.yaml": one for number, one in enumerate(side)} for side in (before, after))
    return [f"{one.change} {' → '.join(side.name for side in (one.before, one.after) if side)}" for one in pair(*sides)]


def test_the_same_object_is_one_pair_whatever_changed():
    assert paired([config("x")], [config("x", {"other": "1"})]) == ["changed ConfigMap/a/x → ConfigMap/a/x"]


def test_the_same_object_in_another_file_has_moved():
    (found,) = pair({"old.yaml": config("x")}, {"new.yaml": config("x")})
    assert (found.change, found.before and found.before.file, found.after and found.after.file) == (
        "moved",
        "old.yaml",
        "new.yaml",
    )


def test_another_version_of_the_same_group_is_the_same_object():
    old = config("x", apiVersion="apps/v1beta1", kind="Deployment")
    assert paired([old], [{**old, "apiVersion": "apps/v1"}]) == ["changed Deployment/a/x → Deployment/a/x"]


def test_one_in_another_namespace_has_moved():
    assert paired([config("x")], [config("x", namespace="b")]) == ["moved ConfigMap/a/x → ConfigMap/b/x"]


def test_one_with_another_name_is_renamed():
    assert paired([config("x")], [config("y")]) == ["renamed ConfigMap/a/x → ConfigMap/a/y"]


def test_one_of_another_group_is_renamed():
    old = config("x", apiVersion="extensions/v1", kind="Ingress")
    assert paired([old], [{**old, "apiVersion": "networking.k8s.io/v1"}]) == ["renamed Ingress/a/x → Ingress/a/x"]


@pytest.mark.parametrize(("changed", "is_renamed"), [(1, True), (2, False)])
def test_nine_of_ten_leaves_are_enough_and_eight_are_not(changed: int, is_renamed: bool):
    after = config("y", {**TEN, **{f"key{number}": "changed" for number in range(changed)}})
    expected = (
        ["renamed ConfigMap/a/x → ConfigMap/a/y"] if is_renamed else ["removed ConfigMap/a/x", "added ConfigMap/a/y"]
    )
    assert paired([config("x")], [after]) == expected


def test_what_the_larger_one_has_more_counts():
    more = config("y", {**TEN, "more": "1", "still more": "2"})
    assert paired([config("x")], [more]) == ["removed ConfigMap/a/x", "added ConfigMap/a/y"]


def test_texts_inside_are_taken_apart():
    text = "".join(f"key{number}: {number}\n" for number in range(10))
    before, after = config("x", {"c.yaml": text}), config("y", {"c.yaml": f"# new\n{text.replace(': 3', ': 4')}"})
    assert paired([before], [after]) == ["renamed ConfigMap/a/x → ConfigMap/a/y"]


def test_spelling_and_order_make_no_other_object():
    before = config("x", limits={"cpu": "1000m"}, verbs=["get", "list"])
    after = config("y", limits={"cpu": 1}, verbs=["list", "get"])
    assert paired([before], [after]) == ["renamed ConfigMap/a/x → ConfigMap/a/y"]


def test_another_kind_is_another_object():
    assert paired([config("x")], [config("x", kind="Other")]) == ["removed ConfigMap/a/x", "added Other/a/x"]


@pytest.mark.parametrize(("deleted", "created"), [(2, 1), (1, 2), (2, 2)])
def test_where_two_could_be_the_one_none_is_paired(deleted: int, created: int):
    found = paired(
        [config(f"x{number}") for number in range(deleted)], [config(f"y{number}") for number in range(created)]
    )
    assert sorted(one.split()[0] for one in found) == ["added"] * created + ["removed"] * deleted


def test_of_several_alike_the_equal_ones_belong_together():
    olds = [config(f"x{number}", {**TEN, "key1": f"own {number}"}) for number in range(3)]
    news = [config(f"y{number}", {**TEN, "key1": f"own {number}"}) for number in range(3)]
    assert paired(olds, news) == [f"renamed ConfigMap/a/x{number} → ConfigMap/a/y{number}" for number in range(3)]


def test_a_namespace_that_was_renamed_moves_its_objects_by_their_names():
    olds, news = ([config(name, namespace=space) for name in "xyz"] for space in ("a", "b"))
    assert paired(olds, news) == [f"moved ConfigMap/a/{name} → ConfigMap/b/{name}" for name in "xyz"]


def test_an_object_of_nothing_but_a_name_is_renamed_where_it_is_the_only_one():
    old, new = ({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}} for name in "xy")
    assert paired([old], [new]) == ["renamed ServiceAccount/x → ServiceAccount/y"]


def test_an_object_that_is_there_twice_is_told_twice():
    found = pair({"1.yaml": config("x"), "2.yaml": config("x", {"a": "b"})}, {"2.yaml": config("x", {"a": "b"})})
    assert [(one.change, one.before and one.before.file) for one in found] == [
        ("removed", "1.yaml"),
        ("changed", "2.yaml"),
    ]


def test_a_file_that_is_no_object_is_known_by_its_name():
    assert [(one.change, one.name) for one in pair({"a": {"x": 1}}, {"a": {"x": 2}, "b": {}})] == [
        ("changed", "a"),
        ("added", "b"),
    ]


OBJECTS = st.lists(
    st.builds(config, st.sampled_from("vwxyz"), st.dictionaries(st.sampled_from("ab"), st.sampled_from("12"))),
    max_size=6,
)


@given(OBJECTS, OBJECTS)
def test_every_file_of_both_sides_is_in_one_pair(before: list[Manifest], after: list[Manifest]):
    olds, news = ({f"{number}.yaml": one for number, one in enumerate(side)} for side in (before, after))
    found = pair(olds, news)
    assert sorted(one.before.file for one in found if one.before) == sorted(olds)
    assert sorted(one.after.file for one in found if one.after) == sorted(news)
    assert [one.change for one in found if one.before is None or one.after is None] == [
        "added" if one.before is None else "removed" for one in found if one.before is None or one.after is None
    ]


@pytest.mark.parametrize("own", ["renamed", "alike", "apart"])
def test_five_hundred_that_went_and_five_hundred_that_came_take_less_than_a_second(own: str):
    def many(prefix: str) -> dict[str, Manifest]:
        values = ({"own": f"{'' if own == 'renamed' else prefix}{number}"} for number in range(500))
        shared = {} if own == "apart" else {f"key{number}": "x" for number in range(40)}
        return {
            f"{prefix}{number}": config(f"{prefix}{number}", {**shared, **one}) for number, one in enumerate(values)
        }

    before, after = many("old"), many("new")
    start = time.process_time()
    found = pair(before, after)
    assert time.process_time() - start < 1
    assert len(found) == (500 if own == "renamed" else 1000)
