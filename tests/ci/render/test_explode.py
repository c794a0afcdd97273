"""From kustomize's stream to one file an object."""

from __future__ import annotations

import textwrap

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.errors import FindingsError
from antrea_ci.render.explode import explode
from support.repos import without_nulls

WHERE = "antrea/overlays/install"


def manifest(name: str = "a", kind: str = "ConfigMap", **more: object) -> str:
    return yaml.safe_dump(
        {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "ns"}, **more}, sort_keys=False
    )


def written(output: str) -> dict[str, bytes]:
    return {name: one.data for name, one in explode(output, WHERE).items()}


def refusal(output: str) -> list[tuple[str, str]]:
    with pytest.raises(FindingsError) as caught:
        explode(output, WHERE)
    return [(finding.rule, finding.location.file) for finding in caught.value.findings]


def test_each_object_is_a_file_with_kustomizes_own_bytes():
    first, second = manifest("a", data={"x": "1"}), manifest("b", data={"y": "a: b #c"})
    assert written(f"{first}---\n{second}") == {
        "cluster-network-04-antrea-32-configmap-ns-a.yaml": first.encode(),
        "cluster-network-04-antrea-32-configmap-ns-b.yaml": second.encode(),
    }


def test_a_separator_inside_a_text_separates_nothing():
    text = textwrap.dedent("""\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: a
        data:
          x: |
            one
            ---
            two
        """)
    assert list(written(text).values()) == [text.encode()]


def test_nothing_gives_nothing():
    assert explode("", WHERE) == explode("---\n---\n", WHERE) == {}


def test_null_entries_are_dropped_with_all_that_they_leave_the_rest_as_it_is():
    text = textwrap.dedent("""\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          creationTimestamp: null
          name: a
        data:
          kept: "null"
          gone: ~
          empty: {}
          text: |
            x: null
          also:
        """)
    (data,) = written(text).values()
    assert data.decode() == textwrap.dedent("""\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: a
        data:
          kept: "null"
          empty: {}
          text: |
            x: null
        """)


def test_a_null_that_stands_first_in_an_item_of_a_list_leaves_the_item():
    items = {"items": [{"name": "x"}, {"args": None, "image": "y"}, {"only": None}, {"last": 1, "z": None}]}
    (data,) = written(manifest(data=items)).values()
    assert yaml.safe_load(data)["data"] == {"items": [{"name": "x"}, {"image": "y"}, {}, {"last": 1}]}


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "null", "~", "a: b", "x\ny\n", "- z", "#"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)


def _only_nulls(value: object) -> bool:
    """A mapping that is empty once its nulls are gone: absent or ``null`` then, which mean the same here."""
    return isinstance(value, dict) and bool(value) and all(item is None or _only_nulls(item) for item in value.values())


def _pruned(value: object) -> object:
    if isinstance(value, dict):
        kept = {key: _pruned(item) for key, item in value.items() if item is not None and not _only_nulls(item)}
        return {key: item for key, item in kept.items() if item is not None}
    return [_pruned(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.sampled_from("pqrs"), _values, max_size=4))
def test_dropping_nulls_changes_nothing_else(data: dict[str, object]):
    text = manifest("a", data={"always": 1, **data})
    (file,) = written(text).values()
    assert _pruned(yaml.safe_load(file)) == _pruned(yaml.safe_load(text))
    assert without_nulls(yaml.safe_load(file)) == yaml.safe_load(file)


def test_a_list_is_refused_because_the_installer_reads_one_object_a_file():
    text = "apiVersion: v1\nkind: List\nmetadata:\n  name: a\nitems: []\n"
    assert refusal(text) == [("render/not-an-object", WHERE)]


@pytest.mark.parametrize(
    "text", ["metadata:\n  name: a\n", "apiVersion: v1\nkind: ConfigMap\n", "kind: ConfigMap\nmetadata: {name: a}\n"]
)
def test_a_document_without_kind_version_or_name_is_refused(text: str):
    assert refusal(text) == [("render/not-an-object", WHERE)]


def test_two_objects_that_want_one_file_are_refused():
    one = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: a-b\n"
    two = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b-c\n  namespace: a\n"
    assert refusal(f"{one}---\n{two}") == [("render/same-file", WHERE)]


def test_every_fault_is_told_at_once():
    assert len(refusal("kind: List\n---\nkind: List\n")) == 2
