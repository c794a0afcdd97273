"""The kubelet of every node, as far as the API server asks it: what a pod's containers wrote."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.authority import Authority

ADDRESS = "127.0.0.1"
Log = Callable[[str, str], str]


@contextmanager
def kubelet(folder: Path, log: Log) -> Generator[int]:
    """The port of it for as long as the block runs; ``log`` gives the text of (namespace, pod)."""
    server = ThreadingHTTPServer((ADDRESS, 0), type("Handler", (_Handler,), {"log": staticmethod(log)}))
    folder.mkdir(exist_ok=True)
    server.socket = Authority(folder).server(ADDRESS).context().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    log: Log

    def do_GET(self) -> None:
        """/containerLogs/NAMESPACE/POD/CONTAINER"""
        _, what, namespace, pod, *_ = self.path.split("?")[0].split("/")
        text = self.log(namespace, pod).encode()
        self.send_response(200 if what == "containerLogs" else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        return
