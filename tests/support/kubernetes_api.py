"""The API of a cluster on loopback, over TLS, for a real kubectl: objects by their paths.

It knows no schemas and no admission; what it does on its own (pods that run, requests that conflict) a test says.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from antrea_ci.kube.api import Api, ApiError

TOKEN = "t0ken-of-the-administrator"
VERSION = {"major": "1", "minor": "31", "gitVersion": "v1.31.9"}
Object = dict[str, Any]


class RefusedError(Exception):
    """An answer that is a failure, as the API words it."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
        self.status |= {"reason": reason, "message": message}


@dataclass
class State:
    """What the cluster has. ``written`` holds every change as (method, path, body), in order.

    ``on_create`` may change a new object (give a pod its status), or raise RefusedError. ``refused`` holds paths that
    nobody may read ("*": all).
    """

    objects: dict[str, Object]
    logs: dict[str, str] = field(default_factory=dict)
    on_create: Callable[[str, Object], None] = lambda *_: None
    written: list[tuple[str, str, Object]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: dict[str, RefusedError] = field(default_factory=dict)

    def ask(self, method: str, target: str, body: Object | None = None) -> Object | str:
        """The answer to one request."""
        parts = urlsplit(target)
        path = parts.path
        self.asked.append(f"{method} {target}")
        if method == "GET":
            return self._get(path, {key: unquote(value[0]) for key, value in parse_qs(parts.query).items()})
        self.written.append((method, path, body or {}))
        return {"POST": self._post, "PUT": self._put, "DELETE": self._delete}[method](path, body or {})

    def paths(self, collection: str) -> list[str]:
        """The paths of the objects in a collection."""
        return [path for path in self.objects if path.rpartition("/")[0] == collection]

    def _get(self, path: str, query: Mapping[str, str]) -> Object | str:
        if path == "/version":
            return VERSION
        if refusal := self.refused.get(path) or self.refused.get("*"):
            raise refusal
        if path in self.objects:
            return self.objects[path]
        if path.endswith("/log"):
            return self.logs[path.removesuffix("/log")]
        if _is_collection(path):
            found = [self.objects[one] for one in self.paths(path)]
            return {"kind": "List", "apiVersion": "v1", "items": [one for one in found if _is_chosen(one, query)]}
        name = path.rpartition("/")[2]
        raise RefusedError(404, "NotFound", f'"{name}" not found')

    def _post(self, path: str, body: Object) -> Object:
        at = f"{path}/{body['metadata']['name']}"
        if at in self.objects:
            raise RefusedError(409, "AlreadyExists", f"{at} already exists")
        self.on_create(at, body)
        self.objects[at] = body
        return body

    def _put(self, path: str, body: Object) -> Object:
        at = path.removesuffix("/approval")
        if at not in self.objects:
            raise RefusedError(404, "NotFound", f"{at} not found")
        versions = [one["metadata"].get("resourceVersion") for one in (self.objects[at], body)]
        if versions[0] != versions[1]:
            raise RefusedError(409, "Conflict", "the object has been modified; please apply your changes to the latest")
        self.objects[at] = body
        return body

    def _delete(self, path: str, _: Object) -> Object:
        gone = [one for one in self.objects if one == path or one.startswith(f"{path}/")]
        if not gone:
            raise RefusedError(404, "NotFound", f"{path} not found")
        for one in gone:
            del self.objects[one]
        return {"kind": "Status", "status": "Success"}


def _is_collection(path: str) -> bool:
    """Whether the last part of the path names a resource: after the version, or after a namespace."""
    parts = path.strip("/").split("/")
    below = parts[2:] if parts[0] == "api" else parts[3:]
    return len(below) == 1 or (len(below) == 3 and below[0] == "namespaces")


def _is_chosen(one: Object, query: Mapping[str, str]) -> bool:
    metadata = one["metadata"]
    labels = dict(term.split("=") for term in query.get("labelSelector", "").split(",") if term)
    names = [term.partition("=")[2] for term in query.get("fieldSelector", "").split(",") if term]
    return labels.items() <= metadata.get("labels", {}).items() and all(metadata["name"] == name for name in names)


class Direct(Api):
    """The same API without a program between, for tests of what is made of its answers."""

    def __init__(self, state: State, cli: str = "oc") -> None:
        super().__init__(Path(cli), Path("kubeconfig"))
        self._state = state

    def _ask(self, verb: str, path: str, manifest: Mapping[str, Any] | None = None) -> bytes:
        method = {"get": "GET", "create": "POST", "replace": "PUT", "delete": "DELETE"}[verb]
        try:
            answer = self._state.ask(method, path, json.loads(json.dumps(manifest)))
        except RefusedError as error:
            raise ApiError(str(error), error.status["reason"]) from None
        return answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()


@dataclass(frozen=True)
class Served:
    """The API that runs: its state, and the kubeconfig that opens it."""

    state: State
    kubeconfig: Path


class _Server(ThreadingHTTPServer):
    def __init__(self, state: State) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state
        self.lock = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    """One connection; the server that it belongs to has the state."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def _body(self) -> bytes:
        """kubectl does not know how long its stdin is, and sends it in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while length := int(self.rfile.readline(), 16):
            data += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def _answer(self) -> None:
        data, code, answer = self._body(), 200, None
        try:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise RefusedError(401, "Unauthorized", "Unauthorized")
            with self.server.lock:
                answer = self.server.state.ask(self.command, self.path, json.loads(data) if data else None)
        except RefusedError as error:
            code, answer = error.status["code"], error.status
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serve(state: State, folder: Path) -> Generator[Served]:
    """Serves ``state`` for as long as the block runs; ``folder`` gets the kubeconfig."""

    http = _Server(state)
    http.socket = _context(folder).wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Served(state, _kubeconfig(folder, http.server_address[1]))
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def _context(folder: Path) -> ssl.SSLContext:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(tz=UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.of.tests")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "server.pem").write_bytes(key.private_bytes(pem, *form) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def _kubeconfig(folder: Path, port: int) -> Path:
    cluster = {"server": f"https://127.0.0.1:{port}", "certificate-authority": str(folder / "ca.pem")}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "ocp", "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": TOKEN}}],
        "contexts": [{"name": "admin", "context": {"cluster": "ocp", "user": "admin"}}],
        "current-context": "admin",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(content))
    return path
