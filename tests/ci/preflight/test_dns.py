"""The names of a cluster, before it is installed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import dns
from antrea_ci.preflight.names import NameFaultError, Trouble, addresses, by_system
from antrea_ci.preflight.site import NotApplicableError
from support.preflight import cluster, means, names, site, told

API, APPS = "api.ocp.example.com", "*.apps.ocp.example.com"
GOOD = {API: ["10.1.224.10"], APPS: ["10.1.224.11"]}
DUAL = {
    "platform.vsphere.apiVIPs": ["10.1.224.10", "fd00::10"],
    "platform.vsphere.ingressVIPs": ["10.1.224.11", "fd00::11"],
}


def found(folder: Path, known: dict[str, list[str]], platform: str = "vsphere", **options: object) -> list[Finding]:
    return list(dns.probe(site(cluster(folder, platform, **options), means(resolve=names(known)))))


def test_names_with_the_addresses_of_install_config_are_right(tmp_path: Path):
    assert found(tmp_path, GOOD) == []


def test_nobody_asks_for_api_int_where_the_nodes_answer_for_it(tmp_path: Path):
    asked: list[str] = []

    def resolve(name: str) -> tuple[str, ...]:
        asked.append(name)
        return names(GOOD)(name)

    list(dns.probe(site(cluster(tmp_path), means(resolve=resolve))))
    assert "api-int.ocp.example.com" not in asked
    assert API in asked


def test_without_virtual_addresses_api_int_must_be_there_and_any_address_will_do(tmp_path: Path):
    """It is no error before the user's own machines are started."""
    (finding,) = found(tmp_path, {API: ["192.0.2.5", "192.0.2.6"], APPS: ["192.0.2.7"]}, "none")
    assert told([finding]) == [("warning", "dns-missing")]
    assert "api-int.ocp.example.com has no address" in finding.message
    assert "load balancer" in finding.fix


def test_a_name_that_is_not_there_names_the_record_to_add(tmp_path: Path):
    (finding,) = found(tmp_path, {APPS: ["10.1.224.11"]})
    assert told([finding]) == [("error", "dns-missing")]
    assert f"{API} has no address" in finding.message
    assert f"add the record {API} with 10.1.224.10" in finding.fix
    assert finding.location.file == "install-config.yaml"
    assert finding.location.line


def test_a_missing_wildcard_is_told_once(tmp_path: Path):
    (finding,) = found(tmp_path, {API: ["10.1.224.10"]})
    assert told([finding]) == [("error", "dns-missing")]
    assert f"add the record {APPS} with 10.1.224.11" in finding.fix


def test_records_for_the_console_alone_are_no_wildcard(tmp_path: Path):
    single = {f"{label}.apps.ocp.example.com": ["10.1.224.11"] for label in _own_labels()}
    (finding,) = found(tmp_path, {API: ["10.1.224.10"], **single})
    assert told([finding]) == [("warning", "dns-wildcard")]


def test_another_address_is_told_with_both_and_with_the_place_of_the_vip(tmp_path: Path):
    findings = found(tmp_path, {**GOOD, API: ["10.9.9.9"]})
    assert told(findings) == [("error", "dns-address")]
    assert f"{API} is 10.9.9.9, and platform.vsphere.apiVIPs[0] is 10.1.224.10" in findings[0].message
    assert findings[0].location.line


def test_an_address_too_many_is_told(tmp_path: Path):
    findings = found(tmp_path, {**GOOD, API: ["10.1.224.10", "10.9.9.9"]})
    assert told(findings) == [("error", "dns-several")]
    assert "10.9.9.9 is not in platform.vsphere.apiVIPs[0]" in findings[0].message


def test_with_two_families_each_has_a_record(tmp_path: Path):
    both = {API: ["10.1.224.10", "fd00:0::10"], APPS: ["10.1.224.11"]}
    findings = found(tmp_path, both, changes=DUAL)
    assert set(told(findings)) == {("warning", "dns-family")}
    assert all("has no record for fd00::11" in finding.message for finding in findings)


def test_the_spelling_of_an_address_does_not_matter(tmp_path: Path):
    changes = {"platform.vsphere.apiVIPs": ["FD00:0:0::10"], "platform.vsphere.ingressVIPs": ["fd00::11"]}
    assert found(tmp_path, {API: ["fd00::10"], APPS: ["fd00::11"]}, changes=changes) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [(socket.EAI_AGAIN, "the name servers fail"), (socket.EAI_FAIL, "the name servers fail")],
)
def test_name_servers_that_fail_are_no_missing_names(tmp_path: Path, code: int, words: str):
    def resolve(_: str) -> tuple[str, ...]:
        raise socket.gaierror(code, "it failed")

    (finding,) = dns.probe(site(cluster(tmp_path), means(resolve=resolve)))
    assert told([finding]) == [("error", "dns-server")]
    assert words in finding.message
    assert API in finding.message


@pytest.fixture
def hanging() -> Generator[threading.Event]:
    """Set at the end, so that no thread outlives the test."""
    event = threading.Event()
    yield event
    event.set()


def test_name_servers_that_say_nothing_are_not_waited_for(tmp_path: Path, hanging: threading.Event):
    def resolve(_: str) -> tuple[str, ...]:
        hanging.wait()
        return ()

    (finding,) = dns.probe(site(cluster(tmp_path), means(resolve=resolve, seconds=0.2)))
    assert told([finding]) == [("error", "dns-server")]
    assert "the name servers do not answer" in finding.message


def test_names_that_the_installer_makes_are_not_asked_for(tmp_path: Path):
    with pytest.raises(NotApplicableError, match="makes the names of platform aws itself"):
        found(tmp_path, {}, "aws")


def test_the_system_resolves_localhost_to_this_machine():
    assert set(addresses("localhost", by_system, 5)) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", ["antrea-gitops.invalid", "a" * 64 + ".example.com", ""])
def test_the_system_has_no_address_for_what_is_no_name(name: str):
    with pytest.raises(NameFaultError) as fault:
        addresses(name or "..", by_system, 20)
    assert fault.value.trouble in (Trouble.MISSING, Trouble.FAILING)


def _own_labels() -> list[str]:
    from antrea_ci.preflight.limits import limits

    return limits()["dns"]["apps"]
