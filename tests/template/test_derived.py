"""The files of the template that follow from code or from the embedded bundle are up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from antrea_generator.derived import derived_files
from support.repos import ROOT, copy_template, run

TEMPLATE = ROOT / "template"
DERIVED = derived_files(TEMPLATE)


@pytest.mark.parametrize("name", sorted(DERIVED))
def test_the_file_is_what_follows_from_its_source(name: str):
    """If this fails: ``make derived``."""
    assert (TEMPLATE / name).read_bytes() == DERIVED[name]


def test_both_flavours_share_the_bundles_kustomization():
    assert {"_embedded/openshift/bundle.lock.yaml", "_embedded/kubernetes/bundle.lock.yaml"} < set(DERIVED)


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_the_embedded_bundle_is_a_sound_import(flavour: str, tmp_path: Path):
    repo = copy_template(tmp_path / "ocp", flavour=flavour)
    assert run("render", cwd=repo).code == 0
    done = run("check", "--format", "json", cwd=repo)
    unlocked = {"drift/tools-unlocked", "drift/requirements-unlocked"}
    assert {item["rule"] for item in json.loads(done.out)["findings"]} <= {"images/example"} | unlocked


def test_the_published_schema_of_cluster_yaml_is_the_one_that_editors_get(tmp_path: Path):
    repo = copy_template(tmp_path / "ocp")
    assert (repo / ".schemas/cluster.schema.json").read_text() == run("schema", "cluster").out
    assert (
        (repo / "cluster.yaml").read_text().startswith("# yaml-language-server: $schema=.schemas/cluster.schema.json\n")
    )


@pytest.mark.parametrize("which", ["cluster", "answers"])
def test_the_schemas_are_closed_json_schemas(which: str):
    schema = json.loads(run("schema", which).out)
    assert schema["additionalProperties"] is False
    assert schema["type"] == "object"
    assert schema["properties"]
