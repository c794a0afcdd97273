"""What every talk over HTTP has in common: verified TLS, the environment's proxies, no login in a message."""

from __future__ import annotations

import os
import ssl
import urllib.request
from contextlib import suppress
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


def may_follow(scheme: str, url: str) -> bool:
    """Whether a redirect from an address of ``scheme`` to ``url`` is followed: to http and https alone, and never from
    https to http, where others could read what is sent."""
    target = urlsplit(url).scheme
    return target == "https" or (target == "http" and scheme != "https")


def opener(redirects: urllib.request.HTTPRedirectHandler | None, ca_file: str = "") -> urllib.request.OpenerDirector:
    """What opens addresses, with the system's certificates (SSL_CERT_FILE) and those of ``ca_file``.

    Without ``redirects`` a redirect is an HTTPError like any other answer that is no success.
    """
    return opener_with(_trust(ca_file, *_system()), redirects, urllib.request.ProxyHandler())


def opener_with(
    trust: ssl.SSLContext,
    redirects: urllib.request.HTTPRedirectHandler | None,
    proxies: urllib.request.ProxyHandler,
) -> urllib.request.OpenerDirector:
    """The same, with what is trusted and the proxies given."""
    secure = urllib.request.HTTPSHandler(context=trust)
    if redirects:
        return urllib.request.build_opener(secure, redirects, proxies)
    plain = urllib.request.OpenerDirector()
    for handler in (
        proxies,
        urllib.request.HTTPHandler(),
        secure,
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        plain.add_handler(handler)
    return plain


def trust_as_in_go(certificates: str = "") -> ssl.SSLContext:
    """What programs written in Go trust, such as openshift-install and container runtimes: the system's certificates
    and those of the PEM text ``certificates``. What is no certificate is left out.

    Whatever is in the store is an anchor, even where its own issuer is missing; a host's name counts only where it is
    an alternative name (crypto/x509, Certificate.Verify).
    """
    return _trust_as_in_go(certificates, *_system())


@cache
def _trust_as_in_go(certificates: str, *_: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.hostname_checks_common_name = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if certificates:
        with suppress(ssl.SSLError, ValueError):
            context.load_verify_locations(cadata=certificates)
    return context


def _system() -> list[str]:
    return [os.environ.get(name, "") for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")]


@cache
def _trust(ca_file: str, *_: str) -> ssl.SSLContext:
    """Made once for the same certificates: to load a system's takes longer than a request."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
