"""File names of rendered objects: distinct, stable and safe on every file system."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.render.naming import ObjectId, file_name

_LABEL = "[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?"
KINDS = [("", "ConfigMap"), ("", "Secret"), ("apps", "Deployment"), ("rbac.authorization.k8s.io", "ClusterRole")]
names = st.from_regex(rf"{_LABEL}(\.{_LABEL}){{0,2}}", fullmatch=True)
odd_names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300)


@st.composite
def identities(draw: st.DrawFn, name: st.SearchStrategy[str] = names) -> ObjectId:
    group, kind = draw(st.sampled_from(KINDS))
    namespace = "" if kind == "ClusterRole" else draw(st.from_regex(_LABEL, fullmatch=True))
    return ObjectId(group, kind, namespace, draw(name))


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (ObjectId("", "Namespace", "", "antrea-operator"), "10-namespace-antrea-operator"),
        (ObjectId("apps", "Deployment", "antrea-operator", "op"), "60-deployment-antrea-operator-op"),
        (ObjectId("rbac.authorization.k8s.io", "ClusterRole", "", "x.y"), "40-clusterrole-x.y"),
        (ObjectId("crd.antrea.io", "Egress", "", "e"), "90-egress-crd.antrea.io-e"),
    ],
    ids=str,
)
def test_rank_kind_namespace_and_name(identity: ObjectId, expected: str):
    assert file_name(identity) == f"cluster-network-04-antrea-{expected}.yaml"


def test_another_group_of_a_known_kind_is_named():
    core = file_name(ObjectId("", "Service", "ns", "x"))
    other = file_name(ObjectId("serving.knative.dev", "Service", "ns", "x"))
    assert (core, other) == (
        "cluster-network-04-antrea-50-service-ns-x.yaml",
        "cluster-network-04-antrea-50-service-serving.knative.dev-ns-x.yaml",
    )


def test_two_versions_of_one_object_are_one_file():
    """The version is no part of what makes an object."""
    assert ObjectId("apps", "Deployment", "n", "x") == ObjectId("apps", "Deployment", "n", "x")


def test_other_characters_become_dashes_and_a_hash_keeps_names_apart():
    first, second = (file_name(ObjectId("rbac.authorization.k8s.io", "ClusterRole", "", f"system{c}x")) for c in ":_")
    assert re.fullmatch(r"cluster-network-04-antrea-40-clusterrole-system-x-[0-9a-f]{8}\.yaml", first)
    assert first != second


@given(st.sets(identities(), min_size=2, max_size=2))
def test_distinct_objects_have_distinct_files_or_the_clash_is_one_of_dashes(pair: set[ObjectId]):
    """``a-b/c`` and ``a/b-c`` would be the same words; explode refuses those (render/same-file)."""
    first, second = pair
    if file_name(first) == file_name(second):
        assert first.kind == second.kind
        assert f"{first.namespace}-{first.name}" == f"{second.namespace}-{second.name}"


@given(identities(odd_names))
def test_every_name_is_safe(identity: ObjectId):
    name = file_name(identity)
    assert re.fullmatch(r"cluster-network-04-antrea-[0-9]{2}-[a-z0-9.-]+\.yaml", name)
    assert len(name.encode()) <= 255
    assert "/" not in name


@given(identities(odd_names), identities(odd_names))
def test_changed_letters_never_make_two_objects_one_file(first: ObjectId, second: ObjectId):
    sane = re.compile(r"[a-z0-9.-]*")
    if first != second and not (sane.fullmatch(first.name) and sane.fullmatch(second.name)):
        assert file_name(first) != file_name(second)


@given(identities(), identities())
def test_a_name_depends_on_its_object_alone(first: ObjectId, second: ObjectId):
    before = file_name(first)
    file_name(second)
    assert file_name(first) == before
