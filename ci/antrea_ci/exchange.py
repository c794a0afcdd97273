"""One request over HTTP and its answer, or the reason why there is none. Servers are asked once, in bounded time."""

from __future__ import annotations

import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO
from urllib.parse import urlsplit

from antrea_ci.bounded import within
from antrea_ci.web import USER_AGENT, may_follow, opener_with, shown

_LARGEST = 8 << 20
_SCHEMES = ("http", "https")


class Fault(StrEnum):
    """Why no answer came."""

    NAME = "the name does not resolve"
    REFUSED = "the connection is refused"
    SILENT = "there is no answer"
    UNREACHABLE = "there is no way to it"
    UNTRUSTED = "its certificate is signed by nobody who is trusted"
    EXPIRED = "its certificate has expired, or is not valid yet"
    OTHER_NAME = "its certificate is for another name"
    NOT_TLS = "it speaks no TLS"
    PROXY = "the proxy does not let it through"
    BROKEN = "the answer cannot be understood"


class NoAnswerError(Exception):
    """There was no answer. ``detail`` is what the system says of it; it may be empty."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.fault.value} ({self.detail})" if self.detail else self.fault.value


@dataclass(frozen=True)
class Proxy:
    """A proxy that is used whatever the environment says: ``host:port``, and its login as a header's value."""

    host: str
    authorization: str = field(default="", repr=False)


@dataclass(frozen=True)
class Line:
    """How the other side is reached: what is trusted, for how long to wait, and through which proxy.

    Without ``proxy`` the environment's proxies are used.
    """

    trust: ssl.SSLContext
    seconds: float
    proxy: Callable[[str], Proxy | None] | None = None


@dataclass(frozen=True)
class Answer:
    """An answer of whatever status. ``headers`` by their names in small letters; ``body`` is cut at 8 MiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def ask(
    line: Line,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    login: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """The answer to one request; redirects are followed. ``login`` are headers that no other host gets to see.

    Raises NoAnswerError. A server that sends bit by bit does not hold it up for longer than ``line.seconds``.
    """
    if urlsplit(url).scheme not in _SCHEMES:
        raise NoAnswerError(Fault.BROKEN, f"{shown(url)} is no web address")
    request = urllib.request.Request(url, data=body, method=method)  # noqa: S310 (http and https alone)
    for name, value in {"User-Agent": USER_AGENT, **(headers or {})}.items():
        request.add_header(name, value)
    for name, value in (login or {}).items():
        request.add_unredirected_header(name, value)
    try:
        return within(line.seconds, lambda: _asked(line, request))
    except TimeoutError:
        raise NoAnswerError(Fault.SILENT, f"within {line.seconds:g} s") from None


def tunnel_status(line: Line, proxy: Proxy, *, secure: bool, target: str) -> int:
    """The status with which a proxy answers a CONNECT to ``target`` (``host:port``); ``secure``: it is https itself."""

    def connect() -> int:
        connection = (
            http.client.HTTPSConnection(proxy.host, timeout=line.seconds, context=line.trust)
            if secure
            else http.client.HTTPConnection(proxy.host, timeout=line.seconds)
        )
        try:
            login = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
            connection.request("CONNECT", target, headers={"Host": target, "User-Agent": USER_AGENT, **login})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise _no_answer(error) from None
        finally:
            connection.close()

    try:
        return within(line.seconds, connect)
    except TimeoutError:
        raise NoAnswerError(Fault.SILENT, f"within {line.seconds:g} s") from None


def _asked(line: Line, request: urllib.request.Request) -> Answer:
    opened = opener_with(line.trust, _Redirects(line), urllib.request.ProxyHandler({} if line.proxy else None))
    try:
        with opened.open(_routed(line, request), timeout=line.seconds) as stream:
            answer = _read(stream)
            if stream.length and len(answer.body) < _LARGEST:  # who asks for so many bytes is not told
                raise http.client.IncompleteRead(answer.body, stream.length)
            return answer
    except urllib.error.HTTPError as error:
        with error:
            return _of_redirect(_read(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _of_proxy(request, _no_answer(error)) from None


def _of_proxy(request: urllib.request.Request, fault: NoAnswerError) -> NoAnswerError:
    """Who is asked through a proxy has been looked for by nobody but it."""
    is_by_proxy = request.host != urlsplit(request.full_url).netloc
    if is_by_proxy and fault.fault in (Fault.NAME, Fault.REFUSED, Fault.UNREACHABLE):
        return NoAnswerError(Fault.PROXY, f"{request.host}: {fault.fault.value}")
    return fault


def _routed(line: Line, request: urllib.request.Request) -> urllib.request.Request:
    host = urlsplit(request.full_url).netloc
    proxy = line.proxy(host) if line.proxy else None
    if proxy:
        request.set_proxy(proxy.host, "http")
        if proxy.authorization:
            request.add_unredirected_header("Proxy-Authorization", proxy.authorization)
    return request


def _read(stream: http.client.HTTPResponse | urllib.error.HTTPError) -> Answer:
    headers = {name.lower(): text for name, text in stream.headers.items()}
    return Answer(stream.status or 0, headers, stream.read(_LARGEST))


def _of_redirect(answer: Answer) -> Answer:
    """NoAnswerError for a redirect that was not followed: it leads out of HTTP, or around in a circle."""
    target = answer.headers.get("location", "")
    if 300 <= answer.status < 400 and target:
        raise NoAnswerError(Fault.BROKEN, f"it redirects to {shown(target)}")
    return answer


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects by the same line, and never from https to http."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not may_follow(urlsplit(req.full_url).scheme, newurl):
            fp.close()
            raise NoAnswerError(Fault.BROKEN, f"it redirects to {shown(newurl)}")
        found = super().redirect_request(req, fp, code, msg, headers, newurl)
        if found is not None:
            found.method = req.get_method()
        return found if found is None else _routed(self._line, found)


_CERTIFICATE_FAULTS = {9: Fault.EXPIRED, 10: Fault.EXPIRED, 62: Fault.OTHER_NAME, 64: Fault.OTHER_NAME}
"""Codes of OpenSSL's x509_vfy.h; every other one says that the chain leads to nobody who is trusted."""
_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}
)


def _no_answer(error: Exception) -> NoAnswerError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        fault = _CERTIFICATE_FAULTS.get(reason.verify_code, Fault.UNTRUSTED)
        return NoAnswerError(fault, reason.verify_message)
    if isinstance(reason, ssl.SSLError):
        fault = Fault.NOT_TLS if reason.reason in _NOT_TLS else Fault.BROKEN
        return NoAnswerError(fault, "" if fault is Fault.NOT_TLS else f"TLS: {reason.reason or reason}")
    return _of_system(reason)


def _of_system(reason: object) -> NoAnswerError:
    if isinstance(reason, socket.gaierror):
        return NoAnswerError(Fault.NAME)
    if isinstance(reason, ConnectionRefusedError):
        return NoAnswerError(Fault.REFUSED)
    if isinstance(reason, TimeoutError):
        return NoAnswerError(Fault.SILENT)
    text = str(reason)
    if text.startswith("Tunnel connection failed"):
        return NoAnswerError(Fault.PROXY, text.partition(": ")[2])
    if isinstance(reason, OSError) and reason.errno:
        return NoAnswerError(Fault.UNREACHABLE, reason.strerror or "")
    return NoAnswerError(Fault.BROKEN, text or type(reason).__name__)
