"""A web server on loopback that answers what a test scripted, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server


@dataclass(frozen=True)
class Answer:
    """One answer. ``announced`` is the Content-Length, if it shall differ from the body's."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None


@dataclass
class Server:
    """``url`` has no slash at its end; ``asked`` holds the requests' targets as sent, ``headers`` their headers."""

    url: str
    answers: Mapping[str, Answer]
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)


@contextmanager
def serve(answers: Mapping[str, Answer]) -> Generator[Server]:
    """Serves ``answers`` (request target to answer; others get 404) for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            server.headers.append({name: ", ".join(self.headers.get_all(name, [])) for name in self.headers})
            answer = server.answers.get(self.path, Answer(status=404))
            self.send_response(answer.status)
            length = len(answer.body) if answer.announced is None else answer.announced
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_address[1]}", answers)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


def closed_port() -> str:
    """An address where nobody listens."""
    with create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
