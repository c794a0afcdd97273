"""What the API server refuses of a CustomResourceDefinition: one case a rule, each at its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from antrea_ci.bundle.objects import read_objects
from antrea_ci.schemas.definitions import definition_faults

SOUND = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, kind: Thing}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                port: {x-kubernetes-int-or-string: true}
                free: {x-kubernetes-preserve-unknown-fields: true}
                names: {type: array, items: {type: string}}
                labels: {type: object, additionalProperties: {type: string}}
"""
SCHEMA = "spec.versions.0.schema.openAPIV3Schema"


def faults(change: Callable[[dict[str, Any]], object]) -> list[str]:
    value = yaml.safe_load(SOUND)
    change(value)
    (crd,) = read_objects({"crd.yaml": yaml.safe_dump(value).encode()}, "")
    return [".".join(map(str, fault.path)) for fault in definition_faults(crd)]


def schema(value: dict[str, Any]) -> dict[str, Any]:
    return value["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def fields(value: dict[str, Any]) -> dict[str, Any]:
    return schema(value)["properties"]["spec"]["properties"]


def test_a_sound_definition_has_no_fault():
    assert faults(dict.copy) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda value: value["metadata"].update(name="thing.example.com"), "metadata.name"),
        (lambda value: value["spec"].update(scope="Global"), "spec.scope"),
        (lambda value: value["spec"].pop("scope"), "spec.scope"),
        (lambda value: value["spec"]["names"].pop("kind"), "spec.names.kind"),
        (lambda value: value["spec"]["versions"][0].update(storage=False), "spec.versions"),
        (lambda value: value["spec"]["versions"][0].update(served=False), "spec.versions"),
        (lambda value: value["spec"]["versions"][0].pop("schema"), SCHEMA),
        (lambda value: schema(value).update(type="array"), f"{SCHEMA}.type"),
        (lambda value: fields(value)["names"].pop("type"), f"{SCHEMA}.properties.spec.properties.names.type"),
        (
            lambda value: fields(value)["names"]["items"].update(type="text"),
            f"{SCHEMA}.properties.spec.properties.names.items.type",
        ),
        (lambda value: fields(value)["names"].pop("items"), f"{SCHEMA}.properties.spec.properties.names.items"),
        (lambda value: schema(value).update(required=["spce"]), f"{SCHEMA}.required.0"),
        (
            lambda value: fields(value)["names"]["items"].update(formt="date"),
            f"{SCHEMA}.properties.spec.properties.names.items.formt",
        ),
        (
            lambda value: fields(value)["names"]["items"].update(description=7),
            f"{SCHEMA}.properties.spec.properties.names.items.description",
        ),
        (
            lambda value: fields(value)["labels"].update(properties={}),
            f"{SCHEMA}.properties.spec.properties.labels.additionalProperties",
        ),
    ],
)
def test_a_fault_is_told_at_its_place(change: Callable[[dict[str, Any]], object], place: str):
    assert faults(change) == [place]
