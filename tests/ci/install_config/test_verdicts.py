"""Measured against a real openshift-install: what it refused and accepted of 219 files, in two versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from antrea_ci.catalogue import completed, find_rule
from antrea_ci.findings import Finding
from antrea_ci.install_config import judge
from support.repos import SHARED

FOLDER = SHARED / "install-configs"
VERSIONS = ("4.12", "4.18")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared install-configs are not there")


@dataclass(frozen=True)
class Verdict:
    """What the installer said of one file, and what this program says."""

    name: str
    accepted: bool
    needs_vcenter: bool
    error: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_error]


@cache
def verdicts(version: str) -> tuple[Verdict, ...]:
    recorded: dict[str, Any] = json.loads((FOLDER / "verdicts.json").read_text())
    return tuple(_verdicts(recorded, version))


def _verdicts(recorded: dict[str, Any], version: str) -> Iterator[Verdict]:
    for name, by_version in recorded.items():
        said, data = by_version[version], (FOLDER / f"{name}.yaml").read_bytes()
        found = completed(judge(data, f"{name}.yaml", version, in_repository=False).findings)
        yield Verdict(name, said["accepted"], said.get("needs_vcenter", False), said["error"], tuple(found))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_that_the_installer_refuses_has_an_error(version: str, capsys: pytest.CaptureFixture[str]):
    refused = [verdict for verdict in verdicts(version) if not verdict.accepted and not verdict.needs_vcenter]
    missed = {verdict.name: verdict.error for verdict in refused if not verdict.errors}
    with capsys.disabled():
        print(
            f"\n{version}: {len(refused) - len(missed)} of {len(refused)} files that the installer refuses are refused"
        )
    assert missed == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_file_that_the_installer_accepts_passes_or_is_refused_on_purpose(
    version: str, capsys: pytest.CaptureFixture[str]
):
    accepted = [verdict for verdict in verdicts(version) if verdict.accepted]
    wrong = {
        verdict.name: [finding.message for finding in verdict.errors if not finding.stricter]
        for verdict in accepted
        if any(not finding.stricter for finding in verdict.errors)
    }
    clean = sum(not verdict.errors for verdict in accepted)
    with capsys.disabled():
        print(
            f"\n{version}: of {len(accepted)} files that the installer accepts, {clean} pass, "
            f"{len(accepted) - clean - len(wrong)} are refused on purpose, {len(wrong)} without a reason"
        )
    assert wrong == {}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_finding_is_complete(version: str):
    for verdict in verdicts(version):
        for finding in verdict.findings:
            assert find_rule(finding.rule), finding.rule
            assert finding.why, finding.rule
            assert finding.fix, finding.rule
            assert finding.source, finding.rule
            assert finding.location.file == f"{verdict.name}.yaml"


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_told_twice(version: str):
    for verdict in verdicts(version):
        told = [(finding.rule, finding.location, finding.message) for finding in verdict.findings]
        assert len(told) == len(set(told)), verdict.name


@pytest.mark.parametrize("version", VERSIONS)
def test_no_secret_is_shown(version: str):
    for verdict in verdicts(version):
        assert "dXNlcjpwYXNz" not in "".join(finding.as_text() for finding in verdict.findings)
