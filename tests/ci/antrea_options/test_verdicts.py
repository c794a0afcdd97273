"""The judgement of bare configurations against what Antrea's own programs said of them, in five versions."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from antrea_ci.antrea_options import judge
from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding
from support.repos import SHARED

CONFIGS = SHARED / "antrea-configs"
VERSIONS = ("v1.13.1", "v1.14.1", "v1.15.1", "v2.1.0", "v2.3.0")


def errors(name: str, version: str) -> list[Finding]:
    component = "agent" if name.startswith("agent-") else "controller"
    found = judge(component, (CONFIGS / f"{name}.yaml").read_bytes(), f"{name}.yaml", version)
    return [finding for finding in completed(found) if finding.is_error]


@pytest.mark.skipif(not CONFIGS.is_dir(), reason="../shared is not there")
@pytest.mark.parametrize("version", VERSIONS)
def test_antrea_and_this_project_judge_alike(version: str) -> None:
    """Every configuration that Antrea rejects has an error; one that it accepts has errors of stricter rules only."""
    verdicts: dict[str, dict[str, dict[str, object]]] = json.loads((CONFIGS / "verdicts.json").read_text())
    count: Counter[str] = Counter()
    missed: list[str] = []
    wrong: list[str] = []
    for name, by_version in verdicts.items():
        found = errors(name, version)
        if by_version[version]["accepted"]:
            count["accepted"] += 1
            count["accepted, refused by stricter rules"] += bool(found)
            wrong += [f"{name}: {finding.rule}" for finding in found if not finding.stricter]
        else:
            count["rejected"] += 1
            count["rejected, found by rules that are not stricter"] += any(not finding.stricter for finding in found)
            missed += [f"{name}: {by_version[version]['error']}"] if not found else []
    print(f"{version}: " + ", ".join(f"{number} {what}" for what, number in count.items()))
    assert missed == []
    assert wrong == []
    assert count["rejected"] == count["rejected, found by rules that are not stricter"]
