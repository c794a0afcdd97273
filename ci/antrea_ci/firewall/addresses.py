"""Reads hosts and ports where configurations write them: URLs, references, addresses."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

_PORTS = {"http": "80", "https": "443"}
_HOST = re.compile(r"(?:\*\.)?[\w.:-]+")  # none has a blank, or what would be more than text where rules are written


class End(NamedTuple):
    """One end of traffic, and the port at which it listens; empty where that is the usual one."""

    name: str
    port: str = ""


def end(text: str) -> End | None:
    """The host and port of a URL, or of ``HOST[:PORT]``; None where there is none. A login in it is left out."""
    if family(text):
        return End(text)
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not (host and _HOST.fullmatch(host)):
        return None
    return End(host, str(port) if port else _PORTS.get(parts.scheme, ""))


def family(name: str) -> int:
    """4 or 6 for an address or a network; 0 for a name, which may be both, and for a scope, which may hold any text."""
    try:
        return 0 if "%" in name else ip_network(name, strict=False).version
    except ValueError:
        return 0


def goes_direct(host: str, no_proxy: str) -> bool:
    """Whether ``noProxy`` keeps ``host`` from the proxy, as Go's httpproxy reads it."""
    entries = [entry.strip().lower() for entry in no_proxy.split(",") if entry.strip()]
    return any(entry == "*" or _covers(entry, host.lower()) for entry in entries)


def _covers(entry: str, host: str) -> bool:
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        return host.endswith(entry if entry.startswith(".") else f".{entry}") or host == entry
