"""Findings in the forms that people, programs and pipelines read. Each is a whole document as text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias
from urllib.parse import quote

from antrea_ci import __version__
from antrea_ci.catalogue import Rule, find_rule
from antrea_ci.findings import Finding
from antrea_ci.wording import as_json, count

Json: TypeAlias = "None | bool | int | str | Sequence[Json] | Mapping[str, Json]"
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_GITLAB_SEVERITY = {True: "critical", False: "minor"}


def report(findings: Sequence[Finding], output_format: str, more: Mapping[str, Json]) -> str:
    """``findings`` as ``text``, ``json``, ``sarif``, ``github`` or ``gitlab``; empty where there is nothing to say.

    ``more`` are further keys of the JSON form.
    """
    if output_format == "json":
        return as_json({"findings": [finding.as_json() for finding in findings], **more, "summary": _summary(findings)})
    return _FORMATS[output_format](findings)


def _summary(findings: Sequence[Finding]) -> dict[str, Json]:
    """How many findings of each severity."""
    errors = sum(finding.is_error for finding in findings)
    return {"errors": errors, "warnings": len(findings) - errors}


def _text(findings: Sequence[Finding]) -> str:
    errors = sum(finding.is_error for finding in findings)
    total = f"{count(errors, 'error')}, {count(len(findings) - errors, 'warning')}"
    return "\n".join([*(finding.as_text() for finding in findings), *([total] if findings else [])])


def _github(findings: Sequence[Finding]) -> str:
    """Workflow commands, which GitHub shows at the lines of the pull request."""
    return "\n".join(_github_line(finding) for finding in findings)


def _github_line(finding: Finding) -> str:
    place = finding.location
    named = {"file": place.file, "line": place.line, "col": place.column, "title": finding.rule}
    given = ",".join(f"{key}={_property(str(value))}" for key, value in named.items() if value)
    return f"::{finding.severity.value} {given}::{command_value(_whole_message(finding))}"


def command_value(text: str) -> str:
    """``text`` as the value of a workflow command of GitHub."""
    # actions/toolkit packages/core/src/command.ts: what a command's value must not hold in the clear.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return command_value(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab(findings: Sequence[Finding]) -> str:
    """GitLab's code quality report (docs.gitlab.com/ci/testing/code_quality, "Code Quality report format")."""
    return as_json([{**_gitlab_entry(finding), "fingerprint": mark} for finding, mark in _fingerprints(findings)])


def _gitlab_entry(finding: Finding) -> dict[str, Json]:
    place = finding.location
    return {
        "description": _whole_message(finding),
        "check_name": finding.rule,
        "severity": _GITLAB_SEVERITY[finding.is_error],
        "location": {"path": place.file, "lines": {"begin": max(place.line, 1)}},
    }


def _fingerprints(findings: Sequence[Finding]) -> Iterable[tuple[Finding, str]]:
    """Each finding with a mark that stays when only lines move, and that no other finding of this run has."""
    seen: dict[str, int] = {}
    for finding in findings:
        told = "\0".join((finding.rule, finding.location.file, finding.object, finding.message))
        seen[told] = seen.get(told, 0) + 1
        yield finding, hashlib.sha256(f"{told}\0{seen[told]}".encode()).hexdigest()


def _sarif(findings: Sequence[Finding]) -> str:
    """SARIF 2.1.0 with the rules' pages, as code scanning shows them."""
    ids = sorted({finding.rule for finding in findings})
    driver: Json = {
        "name": "antrea-gitops",
        "version": __version__,
        "rules": [_sarif_rule(rule_id, find_rule(rule_id)) for rule_id in ids],
    }
    results = [_sarif_result(finding, ids.index(finding.rule), mark) for finding, mark in _fingerprints(findings)]
    run: Json = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return as_json({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _sarif_rule(rule_id: str, rule: Rule | None) -> Json:
    if rule is None:
        return {"id": rule_id}
    return {
        "id": rule_id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": rule.as_text()},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _sarif_result(finding: Finding, index: int, mark: str) -> Json:
    place = finding.location
    region: dict[str, Json] = {"startLine": place.line, "startColumn": max(place.column, 1)} if place.line else {}
    physical: dict[str, Json] = {
        "artifactLocation": {"uri": quote(place.file)},
        **({"region": region} if region else {}),
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": _whole_message(finding)},
        "locations": [{"physicalLocation": physical}] if place.file else [],
        "partialFingerprints": {"antreaGitops/v1": mark},
    }


def _whole_message(finding: Finding) -> str:
    """Everything that a reader needs who sees nothing but this text."""
    about = f"{finding.object}: " if finding.object else ""
    parts = (("why", finding.why), ("fix", finding.fix))
    return "\n".join([f"{about}{finding.message}", *(f"{name}: {text}" for name, text in parts if text)])


_FORMATS: Mapping[str, Callable[[Sequence[Finding]], str]] = MappingProxyType(
    {"text": _text, "sarif": _sarif, "github": _github, "gitlab": _gitlab}
)
