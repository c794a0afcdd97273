"""How a manager of cluster.yaml is reached: by its name or address; on this machine's loopback also at another port."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_NUMBERS = re.compile(r"[\d.]+")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
HTTPS = 443


class Address(NamedTuple):
    """``port`` is that of the API; ``is_plain`` says that it speaks no TLS, which only loopback may."""

    host: str
    port: int = HTTPS
    is_plain: bool = False


def address_of(manager: str) -> Address | None:
    """The address that an entry of ``nsx.managers`` is; None where the adapters could not take it."""
    if _is_host(manager):
        return Address(manager)
    try:
        parts = urlsplit(manager if "://" in manager else f"https://{manager}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if host not in _LOOPBACK or parts.path.strip("/") or parts.scheme not in ("http", "https"):
        return None
    is_plain = parts.scheme == "http"
    return Address(host, port or (80 if is_plain else HTTPS), is_plain)


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST.fullmatch(text) is not None and not _NUMBERS.fullmatch(text)
    return True
