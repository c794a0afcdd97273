"""tools.lock.yaml: what a new one says, and what is refused in one that a pull request brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import FindingsError
from antrea_ci.tools.catalogue import known_tools
from antrea_ci.tools.lock import lock_text, parse_lock, read_lock, shipped_lock

GOOD = lock_text("4.12.45")


def rules(text: str) -> list[str]:
    with pytest.raises(FindingsError) as raised:
        parse_lock(text)
    assert all(finding.location.line for finding in raised.value.findings)
    return [finding.rule for finding in raised.value.findings]


def test_a_new_lock_names_the_shipped_kustomize_with_its_checksums() -> None:
    lock = parse_lock(GOOD)
    assert lock.tools["kustomize"] == shipped_lock().tools["kustomize"]
    assert lock.tools["kustomize"].url_for("linux_amd64") == (
        "https://github.com/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.8.1/kustomize_v5.8.1_linux_amd64.tar.gz"
    )


def test_a_new_lock_invents_no_checksum_of_openshift() -> None:
    assert [dict(parse_lock(GOOD).tools[name].sha256) for name in ("openshift-install", "oc")] == [{}, {}]


def test_a_new_lock_of_an_unknown_kustomize_has_no_checksum() -> None:
    assert dict(parse_lock(lock_text(kustomize_version="v5.9.0")).tools["kustomize"].sha256) == {}


def test_the_archives_of_openshift_by_platform() -> None:
    tools = parse_lock(GOOD).tools
    base = "https://mirror.openshift.com/pub/openshift-v4/clients/ocp/4.12.45"
    assert tools["openshift-install"].url_for("linux_amd64") == f"{base}/openshift-install-linux-4.12.45.tar.gz"
    assert tools["oc"].url_for("darwin_arm64") == f"{base}/openshift-client-mac-arm64-4.12.45.tar.gz"
    assert tools["oc"].url_for("plan9_mips") == ""
    assert tools["oc"].url_beside("sha256sum.txt") == f"{base}/sha256sum.txt"


def test_without_openshift_only_kustomize_is_named() -> None:
    assert list(parse_lock(lock_text()).tools) == ["kustomize"]


def test_without_a_lock_the_shipped_one_holds(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "tools.lock.yaml").tools["kustomize"].version == known_tools()["kustomize"].version


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("  oc:", "  ocs:", "tools/unknown-program"),
        ("    go:", "    golang:", "tools/unknown-key"),
        ("version: v5.8.1", "version: ../../../bin", "tools/value"),
        ("version: 4.12.45", "version: 4.12", "tools/value"),
        ("https://github.com", "http://github.com", "tools/value"),
        ("https://github.com", "https://robot:secret@github.com", "tools/value"),
        ("https://github.com", "file://", "tools/value"),
        ("{archive}", "{arch}", "tools/value"),
        ("go: sigs.k8s.io", "go: evil.example.com", "tools/value"),
        ("linux_amd64: 029a", "linux_amd64: 129a", "tools/checksum"),
        ("linux_amd64: 029a", "linux_amd64: 29a", "tools/value"),
        ("sha256: {}", "sha256: []", "tools/value"),
    ],
)
def test_what_is_refused(old: str, new: str, rule: str) -> None:
    assert old in GOOD
    assert set(rules(GOOD.replace(old, new))) == {rule}


def test_every_fault_is_told_at_once() -> None:
    assert len(rules(GOOD.replace("version: 4.12.45", "version: latest"))) == 2


@pytest.mark.parametrize("text", ["", "tools: []", "tools: {}", "other: 1"])
def test_a_lock_without_programs_is_refused(text: str) -> None:
    with pytest.raises(FindingsError, match="1 problem"):
        parse_lock(text)
