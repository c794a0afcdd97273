"""A proxy on loopback that tunnels to where a test wants, whatever the target is called."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from support.authority import Pair


@dataclass
class Proxied:
    """``ways`` leads targets (``host:port``) to addresses of loopback; every other one is forbidden.

    ``login`` is the Proxy-Authorization that is wanted; ``asked`` holds the targets.
    """

    host: str
    ways: Mapping[str, str]
    login: str = ""
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    proxied: ClassVar[Proxied]

    def do_CONNECT(self) -> None:
        self.close_connection = True
        self.proxied.asked.append(self.path)
        way = self.proxied.ways.get(self.path)
        if self.proxied.login not in ("", self.headers.get("Proxy-Authorization")):
            self.send_error(407)
        elif way is None:
            self.send_error(403)
        else:
            self.send_response(200)
            self.end_headers()
            host, _, port = way.rpartition(":")
            with socket.create_connection((host, int(port))) as behind:
                _pass_on(self.connection, behind)

    def log_message(self, *_: object) -> None:
        return


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    sockets = {one: other, other: one}
    while True:
        for ready in select.select(list(sockets), [], [], 10)[0]:
            data = ready.recv(65536)
            if not data:
                return
            sockets[ready].sendall(data)


@contextmanager
def proxy(ways: Mapping[str, str], *, login: str = "", pair: Pair | None = None) -> Generator[Proxied]:
    """A proxy for as long as the block runs; with ``pair`` it is spoken to by TLS."""
    proxied = Proxied("", ways, login)
    handler = type("Handler", (_Handler,), {"proxied": proxied})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if pair:
        server.socket = pair.context().wrap_socket(server.socket, server_side=True)
    proxied.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield proxied
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
