"""Which proxy leads where, by the rules of programs that are written in Go."""

from __future__ import annotations

import base64
import os
from contextlib import suppress
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from antrea_ci.exchange import Proxy

_PORTS = {"http": 80, "https": 443}


def way_of_machine(host: str) -> Proxy | None:
    """The proxy by which this machine reaches ``host``, as programs written in Go find it in the environment.

    source: golang.org/x/net/http/httpproxy (FromEnvironment: the names in capitals count first)
    """
    url = _variable("HTTPS_PROXY")
    exceptions = tuple(part.strip() for part in _variable("NO_PROXY").split(",") if part.strip())
    return None if is_secure(url) or bypasses(host, exceptions) else proxy_at(url)


def _variable(name: str) -> str:
    return os.environ.get(name) or os.environ.get(name.lower(), "")


def proxy_at(url: str) -> Proxy | None:
    """The proxy of an address; None where that is none."""
    with suppress(ValueError):
        parts = urlsplit(url if "://" in url else f"http://{url}")
        if parts.hostname and parts.scheme in _PORTS:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            basic = f"Basic {base64.b64encode(login.encode()).decode()}" if parts.username else ""
            return Proxy(f"{host}:{parts.port or _PORTS[parts.scheme]}", basic)
    return None


def is_secure(url: str) -> bool:
    """Whether the proxy itself is spoken to by TLS."""
    return url.startswith("https://")


def bypasses(host: str, exceptions: tuple[str, ...]) -> bool:
    """Whether ``host`` (with or without a port) is asked directly.

    source: golang.org/x/net/http/httpproxy (useProxy, init): names are never resolved for this
    """
    parts = urlsplit(f"//{host}")
    name = (parts.hostname or "").rstrip(".")
    if name == "localhost" or "*" in exceptions:
        return True
    with suppress(ValueError):
        address = ip_address(name)
        return address.is_loopback or any(_holds(exception, str(address)) for exception in exceptions)
    return any(_is_below(name, parts.port or _PORTS["https"], exception) for exception in exceptions)


def _holds(exception: str, address: str) -> bool:
    with suppress(ValueError):
        return ip_address(address) in ip_network(exception, strict=False)
    return False


def _is_below(name: str, port: int, exception: str) -> bool:
    domain, colon, only = exception.casefold().partition(":")
    if colon and only != str(port):
        return False
    domain = domain.removeprefix("*")
    return name.endswith(domain) if domain.startswith(".") else name == domain or name.endswith(f".{domain}")
