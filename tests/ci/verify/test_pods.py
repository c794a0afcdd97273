"""What the pods run, with the Open vSwitch that agents' images have: a few MiB go over TCP, and their digest agrees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_INET6, create_server, has_ipv6, socket

import pytest

from antrea_ci.values import mapping_at, text_at, texts_at
from antrea_ci.verify.pods import client, read, server
from antrea_ci.yamlio import Value
from support.programs import program, search_path


def free_port(address: str) -> str:
    with socket(AF_INET6) if ":" in address else socket() as taken:
        taken.bind((address, 0))
        return str(taken.getsockname()[1])


def environment(pod: dict[str, Value], room: Path, **more: str) -> dict[str, str]:
    """What the pod's container gets, with a folder and a port of the test's own."""
    entries = mapping_at(pod, ("spec", "containers", 0))["env"]
    assert isinstance(entries, list)
    given = {text_at(one, ("name",)): text_at(one, ("value",)) for one in entries}
    program("ovsdb-server")
    return {**given, "PATH": search_path(), "HOME": os.environ["HOME"], "ROOM": str(room), "TRIES": "60", **more}


def command(pod: dict[str, Value]) -> list[str]:
    return texts_at(pod, ("spec", "containers", 0, "command"))


@contextmanager
def serving(room: Path, address: str, port: str) -> Generator[None]:
    room.mkdir()
    pod = server("node", "image")
    process = subprocess.Popen(
        command(pod), env=environment(pod, room, ADDRESS=address, PORT=port), stderr=subprocess.PIPE
    )
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


def fetched(room: Path, address: str, port: str, **more: str) -> str:
    room.mkdir()
    pod = client(1, "node", "image", address)
    env = environment(pod, room, PORT=port, NAME="localhost", **more)
    return subprocess.run(command(pod), env=env, check=True, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_what_one_pod_serves_another_fetches_whole(tmp_path, address):
    if ":" in address and not _has_ipv6():
        address = "127.0.0.1"
    port = free_port(address)
    with serving(tmp_path / "server", address, port):
        said = read(fetched(tmp_path / "client", address, port))
    assert said.is_connected
    assert said.is_complete
    assert "127.0.0.1" in said.resolved or "::1" in said.resolved


def _has_ipv6() -> bool:
    try:
        create_server(("::1", 0), family=AF_INET6).close()
    except OSError:
        return False
    return has_ipv6


def test_a_server_that_nobody_reaches_is_told_apart_from_one_that_stalls(tmp_path):
    said = read(fetched(tmp_path / "client", "127.0.0.1", free_port("127.0.0.1"), TRIES="1"))
    assert not said.is_connected
    assert not said.is_complete


def test_an_answer_that_is_not_whole_has_another_digest(tmp_path):
    port = free_port("127.0.0.1")
    room = tmp_path / "server"
    room.mkdir()
    pod = server("node", "image")
    less = environment(pod, room, ADDRESS="127.0.0.1", PORT=port, PARTS="3")
    process = subprocess.Popen(command(pod), env=less, stderr=subprocess.PIPE)
    try:
        said = read(fetched(tmp_path / "client", "127.0.0.1", port))
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert said.is_connected
    assert not said.is_complete
