"""The same value written in another way is told as such; what only looks alike is a change."""

from __future__ import annotations

from typing import Any

import pytest

from antrea_ci.diff.model import Effect
from antrea_ci.diff.structure import differences
from support.differences import notes, told

DIGEST, OTHER = "sha256:" + "ab" * 32, "sha256:" + "cd" * 32


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("cpu", "1000m", "1"),
        ("cpu", "1000m", 1),
        ("cpu", 1, 1.0),
        ("memory", "1Gi", "1024Mi"),
        ("memory", "1Gi", 1073741824),
        ("memory", "128e6", "128M"),
        ("memory", "0.5Gi", "512Mi"),
        ("example.com/gpu", "1k", "1000"),
    ],
)
def test_quantities_are_compared_as_quantities(key: str, before: Any, after: Any):
    for field in ("limits", "requests"):
        (found,) = differences({field: {key: before}}, {field: {key: after}}, kind="Deployment")
        assert (found.steps, found.effect) == ((field, key), Effect.SPELLING)


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("limits", {"cpu": "1"}, {"cpu": "1000"}),
        ("limits", {"memory": "1G"}, {"memory": "1Gi"}),
        ("limits", {"memory": "1000000000000000000001"}, {"memory": "1000000000000000000002"}),
        ("limits", {"cpu": True}, {"cpu": 1}),
        ("replicas", "1000m", "1"),
        ("x", "true", True),
        ("x", 1, True),
        ("x", "1", 1),
        ("x", None, ""),
        ("x", "10.0.0.0/8", "10.0.0.1/8"),
        ("x", "fd00::/48", "fd00::/49"),
        ("x", "A.example.com", "a.example.com"),
        ("x", 2**53, 2.0**53 + 2),
    ],
)
def test_what_means_something_else_is_a_change_of_meaning(key: str, before: Any, after: Any):
    (found,) = differences({key: before}, {key: after}, kind="Deployment")
    assert found.effect is Effect.MEANING


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fd00:0::/48", "fd00::/48"),
        ("FD00::A", "fd00::a"),
        ("fd00:0:0:0:0:0:0:1", "fd00::1"),
        (1, 1.0),
    ],
)
def test_addresses_and_numbers_are_compared_as_values(before: Any, after: Any):
    (found,) = differences({"x": before}, {"x": after}, kind="Deployment")
    assert found.effect is Effect.SPELLING


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        ("r.io/a/antrea:v1.13.1", "r.io/a/antrea:v1.14.1", "tag v1.13.1 → v1.14.1"),
        (f"r.io/a:v1@{DIGEST}", f"r.io/a:v2@{DIGEST}", "tag v1 → v2, digest unchanged"),
        (f"r.io/a:v1@{DIGEST}", f"r.io/a:v1@{OTHER}", "digest sha256:abababababab… → sha256:cdcdcdcdcdcd…"),
        ("r.io/a:v1", f"r.io/a:v1@{DIGEST}", "digest none → sha256:abababababab…"),
        ("r.io/a:v1", "mirror.example.com:5000/a:v1", "registry r.io → mirror.example.com:5000"),
        ("antrea/antrea-ubi:v1", "antrea/antrea-agent-ubi:v1", "name antrea/antrea-ubi → antrea/antrea-agent-ubi"),
        ("ReplaceAntreaImage", "r.io/a:v1", ""),
    ],
)
def test_of_an_image_it_is_told_which_part_changed(before: str, after: str, note: str):
    assert notes({"antreaImage": before}, {"antreaImage": after}) == [note]
    assert notes({"images": {"agent": before}}, {"images": {"agent": after}}, "cluster.yaml") == [note]
    variable = [{"name": "RELATED_IMAGE_AGENT", "value": before}], [{"name": "RELATED_IMAGE_AGENT", "value": after}]
    assert notes({"env": variable[0]}, {"env": variable[1]}) == [note]


def test_another_text_with_colons_is_no_image():
    assert notes({"address": "example.com:80"}, {"address": "example.com:81"}) == [""]


def test_the_order_of_keys_is_no_difference():
    assert told({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}) == []
