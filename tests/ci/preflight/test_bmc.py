"""The management controllers of bare metal."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import bmc
from antrea_ci.preflight.site import NotApplicableError
from support.install_configs import ABSENT
from support.preflight import closed_port, cluster, listening, means, site, told

PONG = bytes.fromhex("0600ff06000011be4000001000000000000000000000000081000000" + "00" * 4)


def found(folder: Path, address: str, **ports: int) -> list[Finding]:
    changes = {f"platform.baremetal.hosts.{number}.bmc.address": address for number in range(5)}
    return list(bmc.probe(site(cluster(folder, "baremetal", changes), means(**ports))))


@contextmanager
def ipmi(answer: bytes) -> Generator[int]:
    """Something that answers every datagram with ``answer``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    udp.sendto(answer, udp.recvfrom(512)[1])
                except TimeoutError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield udp.getsockname()[1]
        over.set()
        thread.join()


def test_a_controller_that_speaks_https_takes_connections(tmp_path: Path):
    with listening() as port:
        assert found(tmp_path, "redfish-virtualmedia://127.0.0.1/redfish/v1/Systems/1", https_port=port) == []


def test_the_port_and_the_transport_of_the_address_count(tmp_path: Path):
    with listening() as port:
        assert found(tmp_path / "a", f"idrac-virtualmedia://127.0.0.1:{port}/redfish/v1/Systems/1") == []
        assert found(tmp_path / "b", "redfish+http://127.0.0.1/redfish/v1/Systems/1", http_port=port) == []


def test_each_controller_that_does_not_answer_is_told(tmp_path: Path):
    findings = found(tmp_path, f"redfish://127.0.0.1:{closed_port()}/redfish/v1/Systems/1")
    assert told(findings) == [("error", "bmc")] * 5
    assert len({finding.location for finding in findings}) == 5


@pytest.mark.parametrize("address", ["ipmi://127.0.0.1", "127.0.0.1", "ipmi:127.0.0.1"])
def test_ipmi_answers_a_ping_over_udp(tmp_path: Path, address: str):
    with ipmi(PONG) as port:
        assert found(tmp_path, address, ipmi_port=port) == []


def test_what_is_no_pong_is_no_controller(tmp_path: Path):
    with ipmi(b"hello, who is there?") as port:
        (finding, *_) = found(tmp_path, "ipmi://127.0.0.1", ipmi_port=port)
    assert told([finding]) == [("error", "bmc")]
    assert f"port {port}/udp" in finding.message


def test_hosts_without_controllers_and_other_platforms_have_none(tmp_path: Path):
    absent = {f"platform.baremetal.hosts.{number}.bmc": ABSENT for number in range(5)}
    with pytest.raises(NotApplicableError, match=r"bmc\.address"):
        list(bmc.probe(site(cluster(tmp_path / "a", "baremetal", absent))))
    with pytest.raises(NotApplicableError, match="platform none has no BMCs"):
        list(bmc.probe(site(cluster(tmp_path / "b", "none"))))
