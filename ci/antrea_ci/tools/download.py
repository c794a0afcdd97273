"""Fetches over HTTP: verified TLS, proxies of the environment, time and size limits, no way down from https to http."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.web import SILENCE_SECONDS, USER_AGENT, host_of, may_follow, opener, shown

MIRROR = "ANTREA_GITOPS_MIRROR"
_TOTAL_SECONDS = 3600.0
_CHUNK = 1 << 18
_FIX = f"check the network, HTTPS_PROXY and NO_PROXY, or name a mirror by {MIRROR}"


class DownloadError(AntreaGitopsError):
    """An address gave nothing usable. The message names the address without user and password."""

    status: int = 0
    """What the server answered; 0 where it said nothing that counts."""


def mirrored(url: str) -> str:
    """``url`` below the mirror that ANTREA_GITOPS_MIRROR names, else as it is.

    The base takes the place of scheme and host, the path stays whole: ``https://mirror.example.com/tools`` gives
    ``https://mirror.example.com/tools/kubernetes-sigs/kustomize/releases/...``. ``{host}`` in the base stands for the
    host that is replaced, for mirrors with one folder a host. User and password may stand in the base.
    """
    base = os.environ.get(MIRROR, "").strip()
    if not base:
        return url
    parts = urlsplit(url)
    mirror = base.replace("{host}", parts.netloc).rstrip("/")
    if urlsplit(mirror).scheme not in ("https", "http") or not urlsplit(mirror).hostname:
        raise DownloadError(f"{MIRROR} is not a web address", fix="write one such as https://mirror.example.com/tools")
    return mirror + parts.path


def fetch(url: str, target: Path, *, limit: int) -> str:
    """Writes the body of ``url`` to ``target`` (readable by its owner only) and returns its sha256 as hex.

    ``limit`` is in bytes. Raises DownloadError for any answer but a whole 200.
    """
    digest = hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:

        def take(chunk: bytes) -> None:
            digest.update(chunk)
            stream.write(chunk)

        _read(url, take, limit)
    return digest.hexdigest()


def fetch_bytes(url: str, *, limit: int) -> bytes:
    """The body of ``url``; as ``fetch`` otherwise."""
    chunks: list[bytes] = []
    _read(url, chunks.append, limit)
    return b"".join(chunks)


def _read(url: str, take: Callable[[bytes], object], limit: int) -> None:
    try:
        with opener(_Redirects()).open(_request(url), timeout=SILENCE_SECONDS) as answer:
            _drain(answer, shown(url), take, limit)
    except urllib.error.HTTPError as error:
        error.close()
        refused = DownloadError(f"{shown(url)} answered {error.code} {error.reason}", fix=_FIX)
        refused.status = error.code
        raise refused from None
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DownloadError(f"{shown(url)} cannot be fetched: {reason or type(error).__name__}", fix=_FIX) from None


def _drain(answer: http.client.HTTPResponse, name: str, take: Callable[[bytes], object], limit: int) -> None:
    announced = -1 if answer.length is None else answer.length
    end = time.monotonic() + _TOTAL_SECONDS
    size = 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > limit or announced > limit:
            raise DownloadError(f"{name} is larger than {limit >> 20} MiB, which no such file is")
        if time.monotonic() > end:
            raise DownloadError(f"{name} did not end within {_TOTAL_SECONDS:g} s", fix=_FIX)
        take(chunk)
    # http.client does not complain when the other side closes early.
    if announced not in (-1, size):
        raise DownloadError(f"{name} ended after {size} of {announced} bytes", fix=_FIX)


def _request(url: str) -> urllib.request.Request:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http"):
        raise DownloadError(f"{shown(url)} is not a web address")
    bare = urlunsplit((parts.scheme, host_of(parts), parts.path, parts.query, ""))
    request = urllib.request.Request(bare, headers={"User-Agent": USER_AGENT})  # noqa: S310
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        # Unredirected: another host never gets to see it.
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(login).decode())
    return request


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only, and never from https to http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if not may_follow(req.type, newurl):
            raise DownloadError(f"{shown(req.full_url)} redirects to {shown(newurl)}, which is not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)
