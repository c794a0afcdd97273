"""A stand-in for the APIs of GitHub and GitLab: pull and merge requests, and what is written below them.

The same server answers for both, below any prefix: give ``url`` as GITHUB_API_URL, ``url/api/v4`` as CI_API_V4_URL.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

_THREAD = re.compile(r"/(repos/[^/]+/[^/]+/issues/\d+)/comments$|/(projects/\d+/merge_requests/\d+)/notes$")
_ONE = re.compile(r"/repos/[^/]+/[^/]+/issues/comments/(\d+)$|/projects/\d+/merge_requests/\d+/notes/(\d+)$")
_OPENED = re.compile(r"/repos/[^/]+/[^/]+/pulls$|/projects/\d+/merge_requests$")
_LIMITS = {"repos": (65_536, 422), "projects": (1_000_000, 400)}
DROPPED = 0
"""As the status of a failure: the connection is closed without an answer."""


@dataclass
class Comment:
    """A comment in ``thread``, such as ``repos/acme/ocp/issues/7`` or ``projects/9/merge_requests/3``."""

    thread: str
    body: str
    author: str = "github-actions[bot]"
    id: int = 0


@dataclass(frozen=True)
class Request:
    """What was asked: ``path`` with the query, ``headers`` with small letters, ``body`` as sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Failure:
    """One answer other than the usual. With ``carried_out`` the request is done all the same."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    carried_out: bool = False


@dataclass
class Forge:
    """``user`` writes what is posted. ``threads`` None: every pull and merge request exists.

    ``page`` bounds the entries of a page. ``token``: any other gets 401. ``tells_user`` False: the host tells neither
    whose the token is nor whether a comment's author is a person.
    """

    url: str
    user: str = "github-actions[bot]"
    page: int = 100
    tells_user: bool = True
    token: str = ""
    threads: set[str] | None = None
    comments: list[Comment] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    opened: list[dict[str, str]] = field(default_factory=list)

    def fail(self, status: int, *, method: str = "", carried_out: bool = False, **headers: str) -> None:
        """Answers the next request (of ``method``, if given) with ``status``, once; ``Retry_After="0"`` is a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.failures.append(Failure(status, named, method, carried_out))

    def add(self, thread: str, body: str, author: str = "") -> Comment:
        """A comment that is there already."""
        comment = Comment(thread, body, author or self.user, len(self.comments) + 1)
        self.comments.append(comment)
        return comment

    def asked(self) -> list[str]:
        """The requests as ``METHOD /path``, without queries."""
        return [f"{one.method} {urlsplit(one.path).path}" for one in self.requests]


@contextmanager
def forge(**settings: object) -> Generator[Forge]:
    """Serves for as long as the block runs; ``settings`` are fields of Forge."""

    class Handler(_Handler):
        state: Forge

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.state = Forge(f"http://127.0.0.1:{http.server_address[1]}", **settings)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Handler.state
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: Forge

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PATCH(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, body)
        self.state.requests.append(request)
        failure = next((one for one in self.state.failures if one.method in ("", request.method)), None)
        if failure is None:
            self._send(*self._answer(request))
            return
        self.state.failures.remove(failure)
        if failure.carried_out:
            self._answer(request)
        if failure.status == DROPPED:
            self.close_connection = True
            return
        self._send(failure.status, {"message": f"as the test wants: {failure.status}"}, failure.headers)

    def _answer(self, request: Request) -> tuple[int, object, Mapping[str, str]]:
        if self.state.token and self.state.token not in " ".join(request.headers.values()):
            return 401, {"message": "Bad credentials"}, {}
        path = urlsplit(request.path).path
        if path.endswith("/user") and request.method == "GET" and self.state.tells_user:
            return 200, {"login": self.state.user, "username": self.state.user}, {}
        one, many = _ONE.search(path), _THREAD.search(path)
        if one and request.method in ("PATCH", "PUT"):
            return self._changed(int(one[1] or one[2]), request)
        if _OPENED.search(path):
            return self._request(request, is_github="/repos/" in path)
        thread = (many[1] or many[2]) if many else ""
        if not thread or (self.state.threads is not None and thread not in self.state.threads):
            return 404, {"message": "Not Found"}, {}
        if request.method == "POST":
            return self._added(thread, request)
        return self._listed(thread, request)

    def _request(self, request: Request, *, is_github: bool) -> tuple[int, object, Mapping[str, str]]:
        """A request is opened once for each branch, as both hosts do it."""
        if request.method == "GET":
            return 200, self.state.opened, {}
        body = json.loads(request.body)
        branch = body["head" if is_github else "source_branch"]
        if any(branch in one.values() for one in self.state.opened):
            return (422 if is_github else 409), {"message": "it exists already"}, {}
        address = f"{self.state.url}/{len(self.state.opened) + 1}"
        self.state.opened.append({**body, "html_url": address, "web_url": address})
        return 201, self.state.opened[-1], {}

    def _listed(self, thread: str, request: Request) -> tuple[int, object, Mapping[str, str]]:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(request.path).query).items()}
        size = min(int(query.get("per_page", 30)), self.state.page)
        page = int(query.get("page", 1))
        found = [one for one in self.state.comments if one.thread == thread]
        shown = [_as_json(one, tells_kind=self.state.tells_user) for one in found[(page - 1) * size : page * size]]
        more = page * size < len(found)
        if thread.startswith("projects"):
            return 200, shown, {"X-Next-Page": str(page + 1) if more else ""}
        path = urlsplit(request.path).path
        link = f'<{self.state.url}{path}?per_page={size}&page={page + 1}>; rel="next"'
        return 200, shown, {"Link": link} if more else {}

    def _added(self, thread: str, request: Request) -> tuple[int, object, Mapping[str, str]]:
        text = json.loads(request.body)["body"]
        limit, status = _LIMITS[thread.split("/", maxsplit=1)[0]]
        if len(text) > limit:
            return status, {"message": f"body is too long (maximum is {limit} characters)"}, {}
        return 201, _as_json(self.state.add(thread, text)), {}

    def _changed(self, number: int, request: Request) -> tuple[int, object, Mapping[str, str]]:
        for comment in self.state.comments:
            if comment.id == number:
                comment.body = json.loads(request.body)["body"]
                return 200, _as_json(comment), {}
        return 404, {"message": "Not Found"}, {}

    def _send(self, status: int, value: object, headers: Mapping[str, str]) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


def _as_json(comment: Comment, *, tells_kind: bool = True) -> dict[str, object]:
    kind = "Bot" if comment.author.endswith("[bot]") else "User"
    who = {"login": comment.author, "username": comment.author, **({"type": kind} if tells_kind else {})}
    return {"id": comment.id, "body": comment.body, "user": who, "author": who, "system": False}
