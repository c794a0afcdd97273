"""Kubernetes' two forms of schemas mean the same after they were put into JSON Schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from antrea_ci.schemas.dialect import definition, references, structural


def takes(schema: dict, value: object) -> bool:
    return Draft202012Validator(schema).is_valid(value)


def test_a_choice_between_plain_types_is_a_list_of_types():
    schema = definition({"oneOf": [{"type": ["string", "null"]}, {"type": ["integer", "null"]}]})
    assert schema == {"type": ["string", "null", "integer"]}


def test_a_property_may_be_called_like_a_keyword():
    schema = definition(
        {"type": "object", "properties": {"description": {"type": "string"}, "$ref": {"type": "string"}}}
    )
    assert set(schema["properties"]) == {"description", "$ref"}
    assert references(schema) == set()


def test_references_point_into_the_schema_itself():
    schema = definition({"items": {"$ref": "/api/_definitions.json#/$defs/io.k8s.X", "description": "words"}})
    assert schema == {"items": {"$ref": "#/$defs/io.k8s.X"}}
    assert references(schema) == {"io.k8s.X"}


@given(st.integers())
def test_an_int32_holds_just_what_its_bits_hold(number: int):
    schema = definition({"type": "integer", "format": "int32"})
    assert takes(schema, number) == (-(2**31) <= number < 2**31)


@given(st.integers(-3, 3), st.booleans(), st.booleans(), st.integers(-5, 5))
def test_openapi_bounds_mean_the_same(limit: int, upper: bool, exclusive: bool, number: int):
    bound = "Maximum" if upper else "Minimum"
    schema = structural({"type": "integer", bound.lower(): limit, f"exclusive{bound}": exclusive})
    inside = number < limit if upper else number > limit
    assert takes(schema, number) == (inside or (number == limit and not exclusive))


@pytest.mark.parametrize(
    ("published", "value", "taken"),
    [
        ({"type": "object"}, {"a": 1}, False),
        ({"type": "object"}, {}, True),
        ({"type": "object", "x-kubernetes-preserve-unknown-fields": True}, {"a": 1}, True),
        ({"x-kubernetes-preserve-unknown-fields": True}, [1], True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": "b"}, True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, False),
        ({"type": "object", "additionalProperties": True}, {"a": 1}, True),
        ({"type": "string", "nullable": True}, None, True),
        ({"type": "string"}, None, False),
        ({"type": "string", "nullable": True, "enum": ["a"]}, None, True),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": None}, True),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": None}, False),
        ({"type": "array", "items": {"type": "string"}}, [None], False),
        ({"type": "object", "x-kubernetes-embedded-resource": True}, {"kind": "A", "apiVersion": "v1"}, True),
        ({"type": "object", "x-kubernetes-embedded-resource": True}, {"spec": {}}, False),
        (
            {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
                "properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}}},
            },
            {"x": 1, "a": {"c": 1}},
            False,
        ),
        ({"type": "object", "properties": {"a": {}}, "not": {"required": ["a"]}}, {"a": 1}, False),
        (
            {"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"properties": {"a": {"enum": [1]}}}]},
            {"a": 1, "b": 2},
            True,
        ),
    ],
)
def test_a_structural_schema_takes_what_the_api_server_takes_and_keeps(published: dict, value: object, taken: bool):
    assert takes(structural(published), value) == taken
