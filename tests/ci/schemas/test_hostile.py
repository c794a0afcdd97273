"""Nothing that YAML can hold makes the judgement of an object fail."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.bundle.objects import read_objects
from antrea_ci.findings import Finding
from antrea_ci.schemas.judge import judge

KEYS = st.sampled_from(
    ["spec", "template", "containers", "name", "x", "data", "rules", "versions", "schema", "names", "$ref"]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8),
)
VALUES = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4), max_leaves=12
)
KINDS = st.sampled_from(
    [
        ("apps/v1", "Deployment"),
        ("v1", "Secret"),
        ("v1", "Pod"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("example.org/v1", "Widget"),
    ]
)


def found(objects: list[dict[str, object]]) -> list[Finding]:
    text = "\n---\n".join(json.dumps(item) for item in objects)
    return list(judge(read_objects({"a.yaml": text.encode()}, "rendered"), 25, "openshift"))


@given(KINDS, st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=3))
def test_any_content_of_an_object_is_judged(kind: tuple[str, str], content: dict, metadata: dict):
    head = {"apiVersion": kind[0], "kind": kind[1]}
    for finding in found([{**content, **head, "metadata": {**metadata, "name": "a", "labels": content.get("x")}}]):
        assert finding.location.line == 1
        assert finding.location.column >= 1


SCHEMAS = st.recursive(
    st.dictionaries(
        st.sampled_from(
            ["type", "format", "pattern", "enum", "nullable", "minimum", "exclusiveMinimum", "required", "oneOf"]
        ),
        st.sampled_from(["string", "integer", "object", "(", True, 3, ["a"], [], "int32", None, [{"type": "string"}]]),
        max_size=3,
    ),
    lambda below: st.fixed_dictionaries({"properties": st.dictionaries(KEYS, below, max_size=3)}) | below,
    max_leaves=8,
)


@given(SCHEMAS, VALUES)
def test_any_definition_is_judged_and_judges(schema: dict, spec: object):
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.org"},
        "spec": {
            "group": "example.org",
            "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": schema}}},
                }
            ],
        },
    }
    widget = {
        "apiVersion": "example.org/v1",
        "kind": "Widget",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": spec,
    }
    assert {finding.object.split("/")[0] for finding in found([crd, widget])} <= {"CustomResourceDefinition", "Widget"}
