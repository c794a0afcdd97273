"""One attempt on loopback, by every protocol that can be tried."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from antrea_ci.firewall.probe import attempts
from antrea_ci.firewall.probe.attempts import State
from antrea_ci.firewall.probe.machine import name_servers
from support.preflight import closed_port, silent


@contextmanager
def peer(*, answers: bool) -> Generator[tuple[int, list[bytes]]]:
    """A port by UDP, and what has come to it."""
    seen: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))

        def serve() -> None:
            data, sender = one.recvfrom(512)
            seen.append(data)
            if answers:
                one.sendto(b"whatever", sender)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield one.getsockname()[1], seen
        thread.join(5)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_by_tcp_a_port_is_open_or_refuses(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        port = server.getsockname()[1]
        assert attempts.tcp(address, port, 5).state is State.OPEN
    begun = time.monotonic()
    assert attempts.tcp(address, port, 60).state is State.REFUSED
    assert time.monotonic() - begun < 30, "who refuses does not keep anybody waiting"


def test_by_tcp_silence_is_a_filter() -> None:
    with silent() as port:
        assert attempts.tcp("127.0.0.1", port, 0.3).state is State.FILTERED


def test_a_name_server_is_asked_for_the_name_of_the_api() -> None:
    with peer(answers=True) as (port, seen):
        assert attempts.dns("127.0.0.1", port, 5, "api.ocp.example.com").state is State.OPEN
    # source: RFC 1035, 4.1: a header with one question, recursion desired; the name, type A, class IN
    assert seen[0][2:] == b"\1\0\0\1\0\0\0\0\0\0\3api\3ocp\7example\3com\0\0\1\0\1"


def test_a_time_server_is_asked_as_clients_do() -> None:
    with peer(answers=True) as (port, seen):
        assert attempts.ntp("127.0.0.1", port, 5).state is State.OPEN
    assert (len(seen[0]), seen[0][0]) == (48, 0x23)


def test_by_udp_silence_says_nothing_of_most_services_but_a_refusal_does() -> None:
    with peer(answers=False) as (port, _):
        assert attempts.udp("127.0.0.1", port, 0.2).state is State.UNTESTED
    with peer(answers=False) as (port, _):
        assert attempts.ntp("127.0.0.1", port, 0.2).state is State.FILTERED
    assert attempts.udp("127.0.0.1", closed_port(), 5).state is State.REFUSED


def test_name_servers_are_those_behind_the_stub(tmp_path: Path) -> None:
    behind, stub = tmp_path / "behind", tmp_path / "stub"
    stub.write_text("# made by systemd-resolved\nnameserver 127.0.0.53\noptions edns0\n")
    assert name_servers((behind, stub)) == ("127.0.0.53",)
    behind.write_text("nameserver 10.1.1.53\nnameserver fe80::1%eth0\nnameserver nonsense\nnameserver 10.1.1.53\n")
    assert name_servers((behind, stub)) == ("10.1.1.53", "fe80::1")
    assert name_servers(()) == ()
