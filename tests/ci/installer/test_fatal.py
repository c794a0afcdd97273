"""Warnings that mean a lost CNI or an unusable cluster end an installation, in every form; others do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.installer.known import known
from support.installer_reading import read

_DISCARDED = (
    "that was provided in the target directory because its dependencies are dirty and it needs to be regenerated"
)


@pytest.mark.parametrize(
    "line",
    [
        f"level=warning msg=    Discarding the Common Manifests {_DISCARDED}",
        f"level=warning msg=Discarding the Openshift Manifests {_DISCARDED}",
        f'level=warning msg="  Discarding the \\"Openshift Manifests\\" {_DISCARDED}"',
        f"WARNING   Discarding the OpenShift Manifests {_DISCARDED}  ",
        f'time="2026-11-23T03:21:17Z" level=warning msg="Discarding the Common Manifests {_DISCARDED}"',
    ],
)
@pytest.mark.parametrize("verb", ["create ignition-configs", "create cluster", "agent create image"])
def test_discarded_manifests(line: str, verb: str, tmp_path: Path) -> None:
    assert [found.id for found in read(tmp_path, line + "\n", verb=verb).fatal] == ["manifests-discarded"]


@pytest.mark.parametrize("asset", ["Master Machines", "Worker Machines", "Bootstrap Ignition Config"])
def test_other_assets_may_be_discarded(asset: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"level=warning msg=Discarding the {asset} {_DISCARDED}\n").fatal == ()


def test_what_create_manifests_discards_was_not_ours_yet(tmp_path: Path) -> None:
    line = f"level=warning msg=Discarding the Openshift Manifests {_DISCARDED}\n"
    assert read(tmp_path, line, verb="create manifests").fatal == ()


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        (
            'failed to parse first occurrence of unknown field: error unmarshaling JSON: json: unknown field "type"',
            "unknown-field",
        ),
        ("failed to parse first occurrence of unknown field, err: failed to unmarshal", "unknown-field"),
        ("unable to resolve vSphere server vcenter.example.com", "vcenter-unresolved"),
        ("unable to log into vCenter vcenter.example.com, ServerFaultCode: Login failure", "vcenter-login"),
        (
            "authentication failure to vCenter, Cluster API machine manifests not created, cluster may not install",
            "vcenter-authentication",
        ),
    ],
)
@pytest.mark.parametrize("verb", ["create manifests", "create cluster"])
def test_an_unusable_cluster(message: str, fact: str, verb: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"level=warning msg={message}\n", verb=verb).fatal
    assert [(line.id, line.line) for line in found] == [(fact, message)]


@pytest.mark.parametrize("verb", ["wait-for install-complete", "destroy cluster"])
def test_a_vcenter_that_is_away_spoils_no_cluster_that_is_there(verb: str, tmp_path: Path) -> None:
    assert read(tmp_path, "level=warning msg=unable to resolve vSphere server v.example.com\n", verb=verb).fatal == ()


def test_each_kind_is_told_once(tmp_path: Path) -> None:
    line = "level=warning msg=unable to resolve vSphere server vcenter.example.com\n"
    assert len(read(tmp_path, line * 3).fatal) == 1


@pytest.mark.parametrize("fact", known().fatal, ids=lambda fact: fact.id)
def test_every_fatal_line_says_why_and_what_to_do(fact: object) -> None:
    assert all(getattr(fact, name) for name in ("why", "fix"))
