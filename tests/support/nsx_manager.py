"""An NSX Manager on loopback, written from the documented calls (facts/nsx-api.yaml names the pages).

It keeps principal identities, certificates and registered clusters, words its refusals as NSX does, and demands what
NSX demands: a certificate is used once, one in use stays, what an identity owns is changed with X-Allow-Overwrite
alone, a PUT names the revision that it replaces. A test makes it misbehave::

    with nsx_manager() as nsx:                                # or nsx_manager(pair) for https
        nsx.register("ocp", pem)                              # what the register job does
        nsx.fail("PUT", "cluster-control-planes", 500)        # the next such call, once; times=-1 for ever
        nsx.drop("POST", "principal-identities")              # is carried out, and its answer is lost
        nsx.asked                                             # ("POST", "/api/v1/trust-management/...") in order
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from support.authority import Pair
from support.nsx_state import LOGIN, PASSWORD, USER, WRONG_LOGIN, NsxManager, Object, RefusedError

__all__ = ["LOGIN", "PASSWORD", "USER", "NsxManager", "nsx_manager"]


@contextmanager
def nsx_manager(pair: Pair | None = None, of: NsxManager | None = None) -> Generator[NsxManager]:
    """One for as long as the block runs; with ``pair`` it speaks https. ``of``: another manager of the same NSX, whose
    state it shares."""
    manager = of or NsxManager()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"manager": manager}))
    server.daemon_threads = True
    if pair:
        server.socket = pair.context().wrap_socket(server.socket, server_side=True)
    at = f"127.0.0.1:{server.server_address[1]}"
    manager.address = at if pair else f"http://{at}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield manager
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    manager: ClassVar[NsxManager]

    def _handle(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.manager.headers.append(dict(self.headers.items()))
        try:
            self._allow()
            answer, is_dropped = self.manager.answer(self.command, self.path, json.loads(data) if data else {})
        except RefusedError as refused:
            self._send(refused.status, refused.body, refused.headers)
            return
        if is_dropped:
            self.close_connection = True
            self.connection.close()
            return
        self._send(200, answer, {})

    def _allow(self) -> None:
        basic = base64.b64encode(LOGIN.encode()).decode()
        if self.headers.get("Authorization") != f"Basic {basic}":
            self.manager.asked.append(("login", self.path))
            raise RefusedError(403, WRONG_LOGIN, 403)

    def _send(self, status: int, body: Object, headers: Mapping[str, str]) -> None:
        data = json.dumps(body).encode() if body else b""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()
