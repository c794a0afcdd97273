"""URLs as Go's net/url takes them (ParseRequestURI), as far as the installer looks at them."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:\[\]<>\"\x80-\U0010ffff]*")
_PORT = re.compile(r"(?::[0-9]*)?")


class UrlError(ValueError):
    """The text is no URL; says why."""


def split_url(text: str) -> tuple[str, str]:
    """Scheme and host (without port) of an absolute URL, the scheme in lower case; UrlError where Go refuses it."""
    if _CONTROL.search(text):
        raise UrlError("holds a control character")
    found = _SCHEME.match(text)
    if not found:
        raise UrlError("has no scheme, such as `http://`")
    scheme, rest = found[1].lower(), text[found.end() :].partition("?")[0]
    authority, _, path = rest.removeprefix("//").partition("/")
    if rest.startswith("/") and _PERCENT.search(path):
        raise UrlError("holds a `%` that starts no escape")
    return scheme, _host(authority) if rest.startswith("//") else ""


def _host(authority: str) -> str:
    user, at, host = authority.rpartition("@")
    if at and not _USER.fullmatch(user):
        raise UrlError("has a user or password with a character that must be escaped (%23 for #)")
    if at and _PERCENT.search(user):
        raise UrlError("has a user or password with a `%` that starts no escape")
    if host.startswith("["):
        name, bracket, port = host[1:].rpartition("]")
        if not bracket:
            raise UrlError("lacks the `]` after its IPv6 address")
    else:
        name, colon, port = host.rpartition(":")
        name, port = (name, colon + port) if colon else (host, "")
    if not _PORT.fullmatch(port):
        raise UrlError(f"has the port {port.lstrip(':')!r}, which is no number")
    if not _HOST.fullmatch(name.partition("%25")[0]):
        raise UrlError("has a host name with a character that cannot be in one")
    return name
