"""`firewall probe` in a network namespace of its own, whose one interface has the addresses of a whole site.

Run by `unshare` as a program: it reads what to do as JSON from standard input, and answers as JSON.
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Site:
    """``listening`` are address and port by TCP, ``answering`` by UDP; ``rules`` a table of nftables.

    ``tls`` are files of a certificate and its key, by ``address:port``; ``links`` are further words for `ip`.
    """

    addresses: list[str]
    listening: list[tuple[str, int]] = field(default_factory=list)
    answering: list[tuple[str, int]] = field(default_factory=list)
    rules: str = ""
    links: list[str] = field(default_factory=list)
    tls: dict[str, list[str]] = field(default_factory=dict)


def probed(site: Site, *argv: str | Path, nft: Path, cache: Path) -> tuple[int, str, str]:
    """The exit code, output and errors of `firewall probe ARGV` there; skips where nobody may make namespaces."""
    words = ("unshare", "--map-root-user", "--user", "--net")
    if subprocess.run([*words, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system lets nobody make network namespaces")
    given = {"site": asdict(site), "argv": list(map(str, argv)), "nft": str(nft)}
    call = [*words, sys.executable, __file__]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        call, input=json.dumps(given), env=environment, text=True, capture_output=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    code, out, errors = json.loads(done.stdout.splitlines()[-1])
    return code, out, errors


def _serve(site: dict[str, Any]) -> None:
    for address, port in site["listening"]:
        server = socket.create_server((address, port))
        threading.Thread(target=_accept, args=(server, site["tls"].get(f"{address}:{port}")), daemon=True).start()
    for address, port in site["answering"]:
        peer = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        peer.bind((address, port))
        threading.Thread(target=_answer, args=(peer,), daemon=True).start()


def _accept(server: socket.socket, pair: list[str] | None) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if pair else None
    if context and pair:
        context.load_cert_chain(*pair)
    while True:
        one, _ = server.accept()
        with contextlib.suppress(OSError):
            secure = context.wrap_socket(one, server_side=True) if context else one
            secure.recv(100)
            secure.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        one.close()


def _answer(peer: socket.socket) -> None:
    while True:
        data, sender = peer.recvfrom(512)
        peer.sendto(data, sender)


def main() -> None:
    sys.path[:0] = [str(TESTS), str(TESTS.parent / "ci"), str(TESTS.parent / "generator")]
    from support.repos import run

    given = json.load(sys.stdin)
    site = given["site"]
    commands = ["link set lo up", *site["links"]]
    commands += [f"addr add {one} dev lo{' nodad' if ':' in one else ''}" for one in site["addresses"]]
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True)
    if site["rules"]:
        subprocess.run([given["nft"], "-f", "-"], input=site["rules"], text=True, check=True)
    _serve(site)
    done = run(*given["argv"])
    print(json.dumps([done.code, done.out, done.err]))


if __name__ == "__main__":
    main()
