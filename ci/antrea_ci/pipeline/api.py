"""Calls of a Git host's API: JSON both ways, patient with a busy host, and the token goes to no other one."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from antrea_ci.diff.visible import on_one_line
from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.pipeline.answers import Answer, read_answer
from antrea_ci.web import SILENCE_SECONDS, USER_AGENT, opener, shown

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before another try where the host names none."""
_LONGEST_PAUSE = 120.0
_MOVED = (301, 302, 307, 308)
_MOVES = 3
_NETWORK = "check the network, HTTPS_PROXY and NO_PROXY, and SSL_CERT_FILE for a certificate authority of your own"


class ApiError(AntreaGitopsError):
    """The host did not do what it was asked for. ``status`` is that of its answer; 0 where there was none."""

    def __init__(self, message: str, *, status: int, fix: str = "") -> None:
        super().__init__(message, fix=fix)
        self.status = status


class UncertainError(ApiError):
    """Nobody knows whether a request that must not be made twice was carried out."""


@dataclass(frozen=True)
class Api:
    """A host's API. ``base`` has no slash at its end; ``login`` are the headers that hold the token."""

    base: str
    login: Mapping[str, str] = field(repr=False)
    accept: str = "application/json"
    ca_file: str = ""
    sleep: Callable[[float], None] = time.sleep

    def call(self, method: str, url: str, body: Mapping[str, str] | None = None) -> Answer:
        """The answer to a request that the host carried out; ``url`` may be a path below ``base``.

        A busy or broken host is asked again. Raises ApiError; UncertainError where a POST may have been carried out.
        """
        pauses = iter(PAUSES)
        while True:
            answer = self._asked(method, url, body)
            if 200 <= answer.status < 300:
                return answer
            if answer.is_broken and method == "POST":
                raise UncertainError(self._told(method, url, answer), status=answer.status, fix=_NETWORK)
            if not (answer.is_broken or answer.is_limit):
                raise ApiError(self._told(method, url, answer), status=answer.status)
            pause = next(pauses, None)
            seconds = answer.wait(pause or 0.0)
            if pause is None or seconds > _LONGEST_PAUSE:
                raise ApiError(self._told(method, url, answer), status=answer.status, fix=_later(answer, seconds))
            self.sleep(seconds)

    def _asked(self, method: str, url: str, body: Mapping[str, str] | None) -> Answer:
        """One request; a move within the same host is followed with the same method, as GitHub asks."""
        target = url if "://" in url else self.base + url
        for _ in range(_MOVES):
            self._refuse_foreign(target)
            answer = self._once(method, target, body)
            moved = answer.headers.get("location", "")
            if answer.status not in _MOVED or not moved:
                return answer
            target = urljoin(target, moved)
        raise ApiError(f"{shown(target)} redirects without end", status=0, fix="check the address of the API")

    def _refuse_foreign(self, url: str) -> None:
        if _origin(url) != _origin(self.base):
            message = f"{shown(self.base)} leads to {shown(url)}, another host, which does not get the token"
            raise ApiError(message, status=0, fix="give the API's address as its host itself names it")

    def _once(self, method: str, url: str, body: Mapping[str, str] | None) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        headers = {"User-Agent": USER_AGENT, "Accept": self.accept, "Content-Type": "application/json", **self.login}
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 (its origin is that of `base`)
        try:
            with self._opened(request) as stream:
                return read_answer(stream)
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            return Answer(0, str(reason) or type(error).__name__, {})

    def _opened(self, request: urllib.request.Request) -> http.client.HTTPResponse | urllib.error.HTTPError:
        try:
            return opener(None, self.ca_file).open(request, timeout=SILENCE_SECONDS)
        except urllib.error.HTTPError as error:
            return error

    def _told(self, method: str, url: str, answer: Answer) -> str:
        where = f"{method} {shown(url if '://' in url else self.base + url)}"
        if not answer.status:
            return f"{where}: no answer: {on_one_line(self._redacted(answer.text))}"
        said = self._redacted(answer.said())
        return f"{where} was answered with {answer.status}{f': {said}' if said else ''}"

    def _redacted(self, text: str) -> str:
        for value in self.login.values():
            for word in value.split():
                text = text.replace(word, "***") if word != "Bearer" else text
        return text


def checked_base(url: str, variable: str) -> str:
    """``url`` without a slash at its end; UsageError, naming ``variable``, where it is no address of an API."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc or not url.isprintable():
        raise UsageError(
            f"{variable} is not the address of an API", fix="it is one such as https://git.example.com/api"
        )
    return url.rstrip("/")


def checked_token(token: str, variable: str) -> str:
    """``token`` without surrounding white space. One that no header can hold is refused here, without being shown."""
    token = token.strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise UsageError(f"{variable} holds more than a token", fix="store the token alone, on one line")
    return token


def _later(answer: Answer, seconds: float) -> str:
    if answer.is_limit:
        return f"the host wants to be asked in {seconds:.0f} s; run this job again then"
    return f"run this job again; {_NETWORK}"


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url
    return parts.scheme, parts.netloc
