"""This machine's clock against a time server."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from antrea_ci.findings import Finding
from antrea_ci.preflight import clock
from antrea_ci.preflight.site import NotApplicableError
from support.preflight import closed_port, cluster, means, site, told

NTP_EPOCH = 2_208_988_800


@contextmanager
def server(behind: float = 0.0, *, head: int = 0x24, stratum: int = 2, echo: bool = True) -> Generator[int]:
    """A time server by whose clock ours is ``behind`` seconds too slow."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))

        def answer() -> None:
            request, address = udp.recvfrom(512)
            stamp = struct.pack("!Q", int((time.time() + behind + NTP_EPOCH) * 2**32) % 2**64)
            sent = request[40:48] if echo else bytes(8)
            udp.sendto(bytes([head, stratum]) + bytes(22) + sent + stamp + stamp, address)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield udp.getsockname()[1]
        thread.join(5)


def found(folder: Path, port: int, name: str = "127.0.0.1") -> list[Finding]:
    of = cluster(folder, "none", site={"ntpServers": [name]})
    return list(clock.probe(site(of, means(ntp_port=port))))


def test_a_clock_that_agrees_is_right(tmp_path: Path):
    with server() as port:
        assert found(tmp_path, port) == []


@pytest.mark.parametrize(
    ("behind", "severity", "words"),
    [
        (30, "warning", "30.0 s behind 127.0.0.1"),
        (-30, "warning", "30.0 s ahead of 127.0.0.1"),
        (400, "error", "400.0 s behind 127.0.0.1"),
    ],
)
def test_a_clock_that_differs(tmp_path: Path, behind: float, severity: str, words: str):
    with server(behind) as port:
        (finding,) = found(tmp_path, port)
    assert told([finding]) == [(severity, "clock")]
    assert words in finding.message
    assert finding.location.file == "cluster.yaml"


def test_the_era_that_begins_in_2036_is_understood(tmp_path: Path):
    ten_years = 10 * 365.25 * 86400
    with server(ten_years) as port:
        (finding,) = found(tmp_path, port)
    assert told([finding]) == [("error", "clock")]
    assert f"{ten_years:.1f} s behind" in finding.message


@pytest.mark.parametrize(
    ("odd", "words"),
    [
        ({"head": 0xE4}, "says that it has no time itself"),
        ({"stratum": 0}, "says that it has no time itself"),
        ({"head": 0x23}, "not NTP"),
        ({"echo": False}, "not NTP"),
    ],
)
def test_an_answer_that_is_no_time(tmp_path: Path, odd: dict[str, int], words: str):
    with server(**odd) as port:
        (finding,) = found(tmp_path, port)
    assert told([finding]) == [("warning", "clock-server")]
    assert words in finding.message


def test_a_server_that_does_not_answer_is_a_warning(tmp_path: Path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        (finding,) = found(tmp_path, deaf.getsockname()[1])
    assert told([finding]) == [("warning", "clock-server")]
    assert "does not answer" in finding.message


def test_a_server_that_is_not_there_is_a_warning(tmp_path: Path):
    (finding,) = found(tmp_path, closed_port())
    assert told([finding]) == [("warning", "clock-server")]


def test_a_server_without_an_address_is_a_warning(tmp_path: Path):
    (finding,) = found(tmp_path, 123, "ntp.antrea-gitops.invalid")
    assert told([finding]) == [("warning", "clock-server")]
    assert "does not resolve" in finding.message


def test_without_servers_there_is_nothing_to_compare_with(tmp_path: Path):
    with pytest.raises(NotApplicableError, match=r"site\.ntpServers"):
        list(clock.probe(site(cluster(tmp_path, "none"))))
