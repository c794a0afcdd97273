"""Rules about sources and mirrors of images."""

from __future__ import annotations

import pytest

from antrea_ci.install_config.mirrors import repository_fault
from support.install_configs import text_of
from support.verdicts import errors, found_in, warnings

SOURCES = [{"source": "quay.io/a/b", "mirrors": ["registry.example.com:5000/a/b"]}]


@pytest.mark.parametrize(
    "text",
    [
        "quay.io/openshift-release-dev/ocp-release",
        "registry.lab.example.com:5000",
        "registry:5000",
        "10.0.0.1",
        "localhost/a",
        "docker.io/library/a",
        "quay.io/a__b/c-d.e",
    ],
)
def test_repositories_and_registries(text: str):
    assert repository_fault(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quay.io/a:latest",
        f"quay.io/a@sha256:{'0' * 64}",
        "quay.io/A",
        "quay.io//a",
        "quay.io/a/",
        "ocp4/openshift",
        "https://quay.io/a",
        "quay.io/a b",
        "0" * 64,
        f"quay.io/{'a' * 256}",
    ],
)
def test_what_is_no_repository(text: str):
    assert repository_fault(text) != ""


@pytest.mark.parametrize(
    ("sources", "rules"),
    [
        (SOURCES, []),
        ([{"source": "quay.io/a/b"}], []),
        ([{"mirrors": ["quay.io/a/b"]}], ["image-source"]),
        ([{"source": "quay.io/a:v1", "mirrors": ["https://x"]}], ["image-source", "image-source"]),
        ([{"source": "quay.io/a", "mirrors": [""]}], ["image-source"]),
    ],
)
def test_sources(sources: list[object], rules: list[str]):
    assert errors(found_in(text_of("none", {"imageDigestSources": sources}))) == rules


def test_the_old_name_is_a_warning_from_4_14_on_and_both_are_an_error():
    old = text_of("none", {"imageContentSources": SOURCES})
    assert (warnings(found_in(old, "4.12")), warnings(found_in(old, "4.14"))) == ([], ["deprecated-key"])
    both = text_of("none", {"imageContentSources": SOURCES, "imageDigestSources": SOURCES})
    assert errors(found_in(both, "4.14")) == ["image-sources-twice"]
    assert errors(found_in(both, "4.12")) == ["unknown-key"]
