"""Kubernetes' own kinds, version by version, and what is kept of them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from antrea_ci.facts import facts
from antrea_ci.install_config.values import NEWEST
from antrea_ci.schemas.builtin import Kind, definitions, minors
from antrea_ci.schemas.judge import judge
from antrea_ci.versions import kubernetes_minor

DEPLOYMENT = Kind("apps", "v1", "Deployment")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    definitions.cache_clear()
    return tmp_path


@pytest.fixture
def no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    definitions.cache_clear()


def test_every_openshift_version_that_is_known_has_its_schemas():
    wanted = [kubernetes_minor("openshift", f"4.{minor}.0") for minor in range(12, NEWEST + 1)]
    assert wanted == list(range(25, 32))
    assert set(wanted) <= set(minors())


@pytest.mark.parametrize("minor", minors())
def test_every_kind_of_every_version_has_a_schema_that_can_be_used(minor: int, no_cache: None):
    known = definitions(minor)
    assert DEPLOYMENT in known.kinds
    for kind in known.kinds:
        jsonschema_rs.Draft202012Validator(known.schema(kind))


def test_a_version_beyond_the_known_ones_takes_the_nearest():
    assert definitions(minors()[-1] + 5).kinds == definitions(minors()[-1]).kinds
    assert definitions(3).kinds == definitions(minors()[0]).kinds


def test_what_was_cut_once_is_read_from_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch):
    first = definitions(25).schema(DEPLOYMENT)
    definitions.cache_clear()
    monkeypatch.setattr(json, "loads", lambda *_: pytest.fail("the whole of the definitions was read again"))
    assert definitions(25)._slice("io.k8s.api.apps.v1.Deployment") == first


def test_a_cache_that_cannot_be_written_is_no_fault(no_cache: None):
    assert definitions(25).schema(DEPLOYMENT)


def test_the_facts_about_scopes_name_kinds_that_exist():
    existing = {(kind.group, kind.kind) for minor in minors() for kind in definitions(minor).kinds}
    listed = {(group, kind) for group, kinds in facts("kinds-scope")["cluster_scoped"].items() for kind in kinds}
    assert listed - existing == set()


def test_nothing_is_judged_by_the_code_of_the_package_that_brings_the_data():
    import sys

    list(judge((), 25, "openshift"))
    assert "kubernetes_validate" not in sys.modules


def test_every_kind_without_a_schema_has_a_reason_and_no_schema():
    existing = {kind for minor in minors() for kind in definitions(minor).kinds}
    for group in facts("kinds-without-schema")["groups"]:
        assert group["reason"]
        assert group["flavour"] in ("any", "openshift")
        kinds = {kind for names in group["versions"].values() for kind in names}
        assert set(group.get("namespaced", [])) <= kinds
        assert not {known for known in existing if known.group == group["group"]}
