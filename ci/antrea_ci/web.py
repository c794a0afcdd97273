"""What every talk over HTTP has in common: verified TLS, the environment's proxies, no login in a message."""

from __future__ import annotations

import os
import ssl
import urllib.request
from functools import cache
from urllib.parse import SplitResult, urlsplit, urlunsplit

from antrea_ci import __version__

USER_AGENT = f"antrea-gitops/{__version__}"
SILENCE_SECONDS = 30.0
"""How long the other side may say nothing."""


def shown(url: str) -> str:
    """``url`` as messages and logs may show it: without user, password and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, host_of(parts), parts.path, "", ""))


def host_of(parts: SplitResult) -> str:
    """Host and port, without the login."""
    return parts.netloc.rpartition("@")[2]


def opener(redirects: urllib.request.HTTPRedirectHandler | None, ca_file: str = "") -> urllib.request.OpenerDirector:
    """What opens addresses, with the system's certificates (SSL_CERT_FILE) and those of ``ca_file``.

    Without ``redirects`` a redirect is an HTTPError like any other answer that is no success.
    """
    system = [os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")]
    secure = urllib.request.HTTPSHandler(context=_trust(ca_file, *system))
    if redirects:
        return urllib.request.build_opener(secure, redirects)
    plain = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        secure,
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        plain.add_handler(handler)
    return plain


@cache
def _trust(ca_file: str, *_: str) -> ssl.SSLContext:
    """Made once for the same certificates: to load a system's takes longer than a request."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
