"""``check``: every finding of a repository at once, as people and programs read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.bundles import CR, bundle_files
from support.repos import run, snapshot
from support.small import edit, rendering_repo, set_cluster

KEYS = [
    "rule",
    "severity",
    "stricter",
    "file",
    "line",
    "column",
    "document",
    "object",
    "message",
    "why",
    "fix",
    "source",
]


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path) -> Path:
    root = rendering_repo(tmp_path / "ocp").root
    assert run("render", cwd=root).code == 0
    return root


def findings(root: Path, *argv: str) -> list[dict[str, Any]]:
    done = run("check", "--format", "json", *argv, cwd=root)
    assert done.err == ""
    report = json.loads(done.out)
    errors = sum(item["severity"] == "error" for item in report["findings"])
    assert report["summary"] == {"errors": errors, "warnings": len(report["findings"]) - errors}
    assert done.code == int(errors > 0)
    return report["findings"]


def rules(root: Path) -> list[tuple[str, str, str]]:
    return [(item["rule"], item["severity"], item["file"]) for item in findings(root)]


def test_a_sound_repository_has_no_finding_and_nothing_is_written(repo: Path):
    before = snapshot(repo)
    done = run("check", cwd=repo)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert snapshot(repo) == before


def test_a_finding_has_every_key_that_programs_rely_on(repo: Path):
    set_cluster(repo, antrea={"featureGates": {"Nope": True}})
    (finding,) = findings(repo)
    assert list(finding) == KEYS


def test_text_says_place_rule_reason_and_remedy(repo: Path):
    line = edit(repo / "install-config.yaml", "networkType: antrea", "networkType: Antrea")
    done = run("check", cwd=repo)
    assert done.code == 1
    assert f"install-config.yaml:{line}:" in done.out
    assert "[install-config/network-type]" in done.out
    assert "\n  why: " in done.out
    assert "\n  fix: write `networkType: antrea`" in done.out
    assert done.out.endswith("1 error, 0 warnings\n")


def test_faults_of_different_families_are_told_in_one_run(repo: Path):
    edit(repo / "install-config.yaml", "172.30.0.0/16", "10.129.0.0/16")
    path = repo / "antrea/bundle/role.yaml"
    path.write_bytes(path.read_bytes() + b"# edited\n")
    found = {rule for rule, _, _ in rules(repo)}
    assert {"network/overlap", "bundle/file-changed"} <= found


# --- drift ------------------------------------------------------------------------------------------------------------


def test_a_stale_file_is_an_error_that_names_it(repo: Path):
    name = "rendered/install/cluster-network-04-antrea-10-namespace-antrea-operator.yaml"
    (repo / name).write_text("x: 1\n")
    assert rules(repo) == [("drift/stale", "error", name)]


# --- bundle -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "bundle/file-changed"),
        (lambda path: path.with_name("more.yaml").write_bytes(path.read_bytes()), "bundle/file-unlisted"),
        (lambda path: path.with_name("bundle.lock.yaml").unlink(), "bundle/lock-missing"),
        (lambda path: path.with_name("bundle.lock.yaml").write_text("files: 1\n"), "bundle/lock-invalid"),
    ],
    ids=["changed", "unlisted", "lock-missing", "lock-invalid"],
)
def test_a_bundle_that_is_not_what_was_imported_is_an_error(change: Any, rule: str, repo: Path):
    change(repo / "antrea/bundle/role_binding.yaml")
    assert rule in {found for found, severity, _ in rules(repo) if severity == "error"}


# --- images -----------------------------------------------------------------------------------------------------------


def test_the_example_registry_is_a_warning_that_strict_makes_fail(repo: Path):
    edit(repo / "cluster.yaml", "r.example.org/antrea-ubi", "registry.example.com/antrea-ubi")
    run("render", cwd=repo)
    assert rules(repo) == [("images/example", "warning", "cluster.yaml")]
    assert run("check", cwd=repo).code == 0
    assert run("check", "--strict", cwd=repo).code == 1


def test_a_missing_image_is_an_error_at_the_images(repo: Path):
    set_cluster(repo, images={"operator": "r.example.org/o:v1.14.1"})
    run("render", cwd=repo)
    found = [item for item in findings(repo) if item["rule"] == "images/missing"]
    assert [(item["file"], item["line"] > 0) for item in found] == [("cluster.yaml", True)]
    assert "antreaImage" in found[0]["message"]


def test_an_image_without_a_field_is_a_warning(repo: Path):
    images = {name: f"r.example.org/{name}:v1.14.1" for name in ("operator", "antrea", "agent")}
    set_cluster(repo, images=images)
    run("render", cwd=repo)
    assert rules(repo) == [("images/unused", "warning", "cluster.yaml")]


def test_a_placeholder_that_is_left_is_an_error_with_its_object(repo: Path):
    overlay = repo / "antrea/overlays/install"
    (overlay / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: antrea-operator}\n"
        "spec:\n  containers: [{name: a, image: ReplaceSomeImage}, {name: b, image: 'r.io/b:latest'}]\n"
    )
    edit(overlay / "kustomization.yaml", "  - ../../bundle\n", "  - ../../bundle\n  - pod.yaml\n")
    run("render", cwd=repo)
    found = findings(repo)
    assert [(item["rule"], item["severity"], item["object"]) for item in found] == [
        ("images/placeholder", "error", "Pod/antrea-operator/p"),
        ("images/floating", "error", "Pod/antrea-operator/p"),
    ]
    text = (repo / found[0]["file"]).read_text().splitlines()[found[0]["line"] - 1]
    assert "ReplaceSomeImage" in text


# --- Several repositories ---------------------------------------------------------------------------------------------


def test_several_repositories_each_named(tmp_path: Path, kustomize: Path):
    for name in ("a", "b"):
        root = rendering_repo(tmp_path / name).root
        run("render", cwd=root)
    edit(tmp_path / "b/install-config.yaml", "172.30.0.0/16", "10.129.0.0/16")
    found = findings(tmp_path, "a", "b")
    assert {item["file"].split("/")[0] for item in found} == {"b"}
    assert "b/install-config.yaml" in {item["file"] for item in found}


def test_outside_of_a_repository_it_is_wrong_usage(tmp_path: Path):
    assert run("check", cwd=tmp_path).code == 2


@pytest.mark.parametrize("name", sorted({*bundle_files(), "kustomization.yaml", "bundle.lock.yaml"}))
@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a: [", b"- 1\n"], ids=["empty", "binary", "broken", "list"])
def test_no_file_of_the_bundle_can_crash_it(name: str, data: bytes, repo: Path):
    (repo / "antrea/bundle" / name).write_bytes(data)
    done = run("check", cwd=repo)
    assert (done.code, done.err) == (1, "")


@pytest.mark.parametrize(
    "name", ["cluster.yaml", "install-config.yaml", "antrea/overlays/install/kustomization.yaml", f"antrea/bundle/{CR}"]
)
def test_a_file_that_is_gone_is_told(name: str, repo: Path):
    (repo / name).unlink()
    done = run("check", cwd=repo)
    assert done.code == (2 if name == "cluster.yaml" else 1)
    assert "internal error" not in done.err
