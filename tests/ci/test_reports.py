"""Findings in every format: what a reader of that format relies on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.reports import report

ERROR = Finding(
    "drift/stale",
    "is not what its sources give",
    location=Location("rendered/a,b.yaml", 3, 5),
    object="Secret/ns/n",
    why="100% why\nin two lines",
    fix="render",
)
WARNING = Finding("style/yamllint", "trailing spaces", Severity.WARNING, Location("cluster.yaml"))
FINDINGS = [ERROR, WARNING]


def of(output_format: str, *findings: Finding) -> Any:
    return json.loads(report(findings, output_format, {}))


def test_text_ends_with_the_counts_and_is_empty_without_findings():
    assert report(FINDINGS, "text", {}).endswith("\n1 error, 1 warning")
    assert report([], "text", {}) == ""


@pytest.mark.parametrize("output_format", ["json", "sarif", "gitlab"])
def test_a_format_for_programs_is_a_whole_document_without_findings_too(output_format: str):
    assert of(output_format) is not None


def test_json_holds_findings_summary_and_what_else_there_is():
    told = json.loads(report(FINDINGS, "json", {"consumed": ["a"]}))
    assert list(told) == ["findings", "consumed", "summary"]
    assert told["summary"] == {"errors": 1, "warnings": 1}


def test_the_name_of_a_file_is_an_address_in_sarif():
    finding = Finding("style/syntax", "x", location=Location("sites/my notes%.yaml", 1, 1))
    (place,) = of("sarif", finding)["runs"][0]["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "sites/my%20notes%25.yaml"}


def test_github_gets_one_command_a_finding_with_everything_escaped():
    first, second = report(FINDINGS, "github", {}).splitlines()
    assert first == (
        "::error file=rendered/a%2Cb.yaml,line=3,col=5,title=drift/stale::"
        "Secret/ns/n: is not what its sources give%0Awhy: 100%25 why%0Ain two lines%0Afix: render"
    )
    assert second == "::warning file=cluster.yaml,title=style/yamllint::trailing spaces"


def test_gitlab_gets_the_keys_of_a_code_quality_report():
    first, second = of("gitlab", *FINDINGS)
    assert first["location"] == {"path": "rendered/a,b.yaml", "lines": {"begin": 3}}
    assert (first["severity"], second["severity"]) == ("critical", "minor")
    assert {"description", "check_name", "fingerprint"} <= set(first)
    assert second["location"]["lines"] == {"begin": 1}


def test_a_fingerprint_survives_moved_lines_and_tells_equal_findings_apart():
    moved = Finding(ERROR.rule, ERROR.message, location=Location("rendered/a,b.yaml", 9), object=ERROR.object)
    (alone,) = of("gitlab", moved)
    first, second = of("gitlab", ERROR, moved)
    assert first["fingerprint"] == alone["fingerprint"] != second["fingerprint"]


def test_sarif_results_point_to_their_rules_pages_and_places():
    (ran,) = of("sarif", *FINDINGS)["runs"]
    rules, results = ran["tool"]["driver"]["rules"], ran["results"]
    assert [rules[result["ruleIndex"]]["id"] for result in results] == [ERROR.rule, WARNING.rule]
    assert all(rule["help"]["text"] for rule in rules)
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert places[0]["region"] == {"startLine": 3, "startColumn": 5}
    assert "region" not in places[1]


def test_sarif_takes_a_finding_without_a_place_or_a_known_rule():
    (ran,) = of("sarif", Finding("none/such", "nowhere"))["runs"]
    assert ran["results"][0]["locations"] == []
