"""Accepting a finding in cluster.yaml: what it hides, and for how long."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from antrea_ci.checks import check
from antrea_ci.repo import ClusterRepo
from support.repos import run
from support.small import rendering_repo, set_cluster

EXAMPLE = {"operator": "registry.example.com/o:v1.14.1", "antrea": "registry.example.com/a:v1.14.1"}
REASON = {"rule": "images/example", "reason": "a lab"}


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path) -> ClusterRepo:
    """A repository with two warnings of images/example."""
    repo = rendering_repo(tmp_path / "ocp", images=EXAMPLE)
    run("render", cwd=repo.root)
    assert rules(repo) == ["images/example", "images/example"]
    return repo


def rules(repo: ClusterRepo, today: date = date(2026, 1, 1)) -> list[str]:
    return [finding.rule for finding in check(repo, today=today)]


def suppress(repo: ClusterRepo, **more: str) -> None:
    set_cluster(repo.root, checks={"suppress": [{**REASON, **more}]})


def test_an_accepted_rule_is_silent(repo: ClusterRepo):
    suppress(repo)
    assert rules(repo) == []


def test_it_holds_until_the_end_of_its_last_day(repo: ClusterRepo):
    suppress(repo, until="2026-05-01")
    assert rules(repo, date(2026, 5, 1)) == []
    assert sorted(rules(repo, date(2026, 5, 2))) == ["images/example", "images/example", "suppression/expired"]


def test_it_can_be_narrowed_to_a_file(repo: ClusterRepo):
    suppress(repo, file="cluster.yaml")
    assert rules(repo) == []
    suppress(repo, file="install-config.yaml")
    assert sorted(rules(repo)) == ["images/example", "images/example", "suppression/unused"]


def test_it_can_be_narrowed_to_an_object(repo: ClusterRepo):
    suppress(repo, object="Deployment/antrea-operator/antrea-operator")
    assert sorted(rules(repo)) == ["images/example", "images/example", "suppression/unused"]


def test_a_fast_run_does_not_call_a_suppression_unused(repo: ClusterRepo):
    set_cluster(repo.root, checks={"suppress": [{"rule": "drift/stale", "reason": "none"}]})
    assert "suppression/unused" not in {finding.rule for finding in check(repo, files=["cluster.yaml"])}


@pytest.mark.parametrize(
    ("entry", "rule"),
    [
        ({"rule": "images/example"}, "cluster/missing-key"),
        ({"rule": "images/example", "reason": ""}, "cluster/value"),
        ({**REASON, "until": "soon"}, "cluster/value"),
    ],
    ids=["no-reason", "empty-reason", "no-day"],
)
def test_a_suppression_without_reason_or_with_no_day_is_an_error(entry: dict[str, str], rule: str, repo: ClusterRepo):
    set_cluster(repo.root, checks={"suppress": [entry]})
    found = json.loads(run("check", "--format", "json", cwd=repo.root).out)["findings"]
    assert (rule, "error") in {(item["rule"], item["severity"]) for item in found}
