"""A registry on loopback: a real one that keeps the images, and before it what sites put there: TLS and logins."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
import subprocess
import tarfile
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from support.authority import Pair
from support.programs import program

USER, PASSWORD = "robot", "registry:password"
_LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
_TOKEN = "token-of-this-test"
_KEPT = ("Content-Type", "Content-Length", "Docker-Content-Digest", "Location", "Range", "Docker-Upload-UUID")


@contextmanager
def storage() -> Generator[str]:
    """``host:port`` of a registry that speaks plain HTTP and asks nobody for a login."""
    command = [str(program("crane")), "registry", "serve", "--address", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        line = next(line for line in server.stderr if "serving on port" in line)
        threading.Thread(target=server.stderr.read, daemon=True).start()
        try:
            yield f"127.0.0.1:{re.findall(r'[0-9]+', line)[-1]}"
        finally:
            server.terminate()


def push(host: str, name: str, folder: Path, *, platform: str = "linux/amd64") -> str:
    """Puts a small image ``name`` (``repository:tag``) for ``platform`` into the registry; returns its digest."""
    layer = folder / "layer.tar"
    with tarfile.open(layer, "w") as tar:
        info = tarfile.TarInfo("hello")
        info.size = 2
        tar.addfile(info, io.BytesIO(b"hi"))
    crane = str(program("crane"))
    reference = f"{host}/{name}"
    _run([crane, "append", "--new_layer", str(layer), "--new_tag", reference])
    return _run([crane, "mutate", "--set-platform", platform, "--tag", reference, reference]).rpartition("@")[2]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Gate:
    """What stands before a registry.

    ``login`` is "", "basic" or "bearer"; ``closed`` are repositories that the login may not pull; ``limit`` answers
    as a registry that has had enough; so many uploads of blobs as ``breaks`` says are cut off in their middle.
    ``asked`` holds method, path and Authorization of each request.
    """

    host: str = ""
    login: str = ""
    closed: tuple[str, ...] = ()
    limit: bool = False
    breaks: int = 0
    realm: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)


@contextmanager
def registry(stored: str, pair: Pair | None, *, name: str = "127.0.0.1", **rules: object) -> Generator[Gate]:
    """A registry called ``name`` that shows what ``stored`` has; without ``pair`` it speaks plain HTTP."""
    gate = Gate(**rules)  # type: ignore[arg-type]
    server = _Server(("127.0.0.1", 0), _handler(gate, stored))
    if pair:
        # The handshake in the thread of the connection: one that does not come must not keep others waiting.
        context = pair.context()
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    gate.host = f"{name}:{server.server_address[1]}"
    gate.realm = gate.realm or f"https://{gate.host}/token"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gate
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Who does not trust us, or goes away, is no fault of ours."""


def _handler(of: Gate, behind: str) -> type[_Handler]:
    class Handler(_Handler):
        gate, stored = of, behind

    return Handler


class _Handler(BaseHTTPRequestHandler):
    gate: ClassVar[Gate]
    stored: ClassVar[str]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        gate, given = self.gate, self.headers.get("Authorization", "")
        gate.asked.append((self.command, self.path, given))
        if self.path.startswith("/token"):
            self._token(given)
        elif gate.login and given != (_LOGIN if gate.login == "basic" else f"Bearer {_TOKEN}"):
            self._challenge()
        elif gate.limit and "/manifests/" in self.path:
            self._say(429, {"errors": [{"code": "TOOMANYREQUESTS", "message": "enough"}]}, {"Retry-After": "2"})
        elif any(f"/{name}/" in self.path for name in gate.closed):
            self._say(403, {"errors": [{"code": "DENIED", "message": "requested access is denied"}]})
        elif gate.breaks and self.command == "PATCH":
            gate.breaks -= 1
            self.rfile.read(10)
            self.close_connection = True
        else:
            self._pass_on()

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            length = int(self.headers.get("Content-Length", 0))
            return self.rfile.read(length) if length else None
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _token(self, given: str) -> None:
        scope = parse_qs(urlsplit(self.path).query).get("scope", [""])[0]
        if given == _LOGIN and "pull" in scope.rpartition(":")[2].split(","):
            self._say(200, {"token": _TOKEN})
        else:
            self._say(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong"}]})

    def _challenge(self) -> None:
        bearer = f'Bearer realm="{self.gate.realm}",service="{self.gate.host}"'
        told = bearer if self.gate.login == "bearer" else 'Basic realm="r"'
        self._say(401, {"errors": [{"code": "UNAUTHORIZED", "message": "login"}]}, {"WWW-Authenticate": told})

    def _pass_on(self) -> None:
        behind = http.client.HTTPConnection(self.stored, timeout=10)
        sent = {name: self.headers[name] for name in ("Content-Type", "Content-Range") if name in self.headers}
        accepted = {"Accept": self.headers.get("Accept", "*/*")}
        behind.request(self.command, self.path, body=self._body(), headers=accepted | sent)
        answer = behind.getresponse()
        body = answer.read()
        self._send(answer.status, body, {name: answer.headers[name] for name in _KEPT if name in answer.headers})
        behind.close()

    def _say(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> None:
        body = json.dumps(value).encode()
        self._send(status, body, {"Content-Length": str(len(body)), **(headers or {})})

    def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def pull_secret(host: str, login: str = f"{USER}:{PASSWORD}") -> str:
    """A pull secret that opens ``host`` with ``login``."""
    return json.dumps({"auths": {host: {"auth": base64.b64encode(login.encode()).decode()}}})
