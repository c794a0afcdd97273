"""The virtual addresses, before a cluster has them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import vips
from antrea_ci.preflight.site import NotApplicableError
from support.preflight import closed_port, cluster, listening, means, silent, site, told

PORTS = ("api", "machine_config", "https", "http", "ssh")


def found(folder: Path, vip: str = "127.0.0.1", network: str = "127.0.0.0/8", **options: object) -> list[Finding]:
    changes = {
        "platform.vsphere.apiVIPs": [vip],
        "platform.vsphere.ingressVIPs": [vip],
        "networking.machineNetwork.0.cidr": network,
    }
    return list(vips.probe(site(cluster(folder, changes=changes), means(**options))))


def everywhere(port: int, **others: int) -> dict[str, int]:
    return {f"{name}_port": others.get(name, port) for name in PORTS}


def test_addresses_that_say_nothing_are_free(tmp_path: Path):
    with silent() as port:
        assert found(tmp_path, **everywhere(port)) == []


def test_something_that_listens_uses_the_address(tmp_path: Path):
    with silent() as port, listening() as taken:
        (finding,) = found(tmp_path, **everywhere(port, machine_config=taken))
    assert told([finding]) == [("error", "vip-taken")]
    assert finding.message == (
        f"127.0.0.1 (platform.vsphere.ingressVIPs[0]) is in use: a host takes connections to port {taken}"
    )
    assert finding.location.line


def test_a_host_that_refuses_has_the_address_too(tmp_path: Path):
    with silent() as port:
        (finding,) = found(tmp_path, **everywhere(port, https=closed_port()))
    assert told([finding]) == [("error", "vip-refused")]


def test_where_addresses_of_nobody_answer_alike_nobody_can_tell(tmp_path: Path):
    with ExitStack() as stack:
        port = stack.enter_context(listening())
        (finding,) = found(tmp_path, network="10.1.224.0/24", nobody=("127.0.0.1",), **everywhere(port))
    assert told([finding]) == [("warning", "vip-unclear")]
    assert "nobody can tell whether 127.0.0.1" in finding.message


def test_in_the_network_of_the_nodes_nothing_answers_in_the_name_of_others(tmp_path: Path):
    with listening() as port:
        (finding,) = found(tmp_path, nobody=("127.0.0.1",), **everywhere(port))
    assert told([finding]) == [("error", "vip-taken")]


def test_without_addresses_there_is_nothing_to_ask(tmp_path: Path):
    with pytest.raises(NotApplicableError, match="no apiVIPs"):
        list(vips.probe(site(cluster(tmp_path, "none"))))


def test_the_addresses_of_a_load_balancer_of_the_users_own_may_answer(tmp_path: Path):
    changes = {"platform.vsphere.loadBalancer": {"type": "UserManaged"}}
    with pytest.raises(NotApplicableError, match="UserManaged"):
        list(vips.probe(site(cluster(tmp_path, changes=changes))))
