"""One request and its answer: bounded in time, and careful with logins."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from pathlib import Path

import pytest

from antrea_ci.exchange import Fault, Line, NoAnswerError, ask
from antrea_ci.web import trust_as_in_go
from support.authority import Authority
from support.http_server import Answer, serve
from support.registries import registry

LINE = Line(trust_as_in_go(), 5.0)
LOGIN = {"Authorization": "Basic c2VjcmV0"}


def test_an_answer_of_any_status_is_one():
    with serve({"/here": Answer(b"hello", headers={"X-Name": "value"})}) as server:
        found = ask(LINE, "GET", f"{server.url}/here")
        assert (found.status, found.body, found.headers["x-name"]) == (200, b"hello", "value")
        assert ask(LINE, "GET", f"{server.url}/nowhere").status == 404


def test_redirects_are_followed_and_the_login_stays_behind():
    with serve({"/there": Answer(b"hello")}) as other, serve({}) as first:
        first.answers = {"/here": Answer(status=307, headers={"Location": f"{other.url}/there"})}
        assert ask(LINE, "GET", f"{first.url}/here", login=LOGIN).body == b"hello"
    assert first.headers[0]["Authorization"] == LOGIN["Authorization"]
    assert "Authorization" not in other.headers[0]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "nothing"])
def test_nothing_but_http_is_opened(target: str):
    with pytest.raises(NoAnswerError, match="cannot be understood"):
        ask(LINE, "GET", target)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "/"])
def test_no_redirect_leads_out_of_http_or_around_in_a_circle(target: str):
    with (
        serve({"/": Answer(status=302, headers={"Location": target})}) as server,
        pytest.raises(NoAnswerError, match="it redirects to"),
    ):
        ask(LINE, "GET", f"{server.url}/")


@pytest.fixture
def dripping() -> Generator[str]:
    """A server that sends a byte now and then, and never ends."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve_one() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not over.wait(0.02):
                    connection.sendall(b"x")

        thread = threading.Thread(target=serve_one)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()
        thread.join()


def test_a_server_that_sends_bit_by_bit_is_not_waited_for(dripping: str):
    with pytest.raises(NoAnswerError) as fault:
        ask(Line(trust_as_in_go(), 0.3), "GET", dripping)
    assert fault.value.fault is Fault.SILENT


def test_what_speaks_no_http_gives_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve_one() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"220 mail.example.com ESMTP\r\n")

        thread = threading.Thread(target=serve_one)
        thread.start()
        with pytest.raises(NoAnswerError) as fault:
            ask(LINE, "GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()
    assert fault.value.fault is Fault.BROKEN


def test_an_authority_whose_own_issuer_is_missing_is_trusted(tmp_path: Path):
    """As in Go: whatever stands among the trusted certificates is an anchor."""
    authority = Authority(tmp_path)
    pair = authority.server("127.0.0.1")
    alone = Line(trust_as_in_go(pair.certificate.read_text()), 5.0)
    with registry("127.0.0.1:1", pair, login="basic") as gate:
        assert ask(alone, "GET", f"https://{gate.host}/v2/").status == 401
