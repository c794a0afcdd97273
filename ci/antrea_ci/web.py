"""What every talk over HTTP has in common: verified TLS, the environment's proxies, no login in a message."""

from __future__ import annotations

import ssl
import urllib.request
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
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    secure = urllib.request.HTTPSHandler(context=context)
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
