"""How Go's own parsers take texts that stand in a configuration: networks, durations, addresses with ports, numbers."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?P<unit>ns|us|µs|μs|ms|s|m|h)")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_PREFIX = re.compile(r"[0-9]{1,3}")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_MOST = 2**63 - 1
_LONGEST = 200  # characters of a duration that is worth reading


def parse_cidr(text: str, *, sloppy: bool = False) -> Network | None:
    """The network, host bits dropped, as ``net.ParseCIDR`` reads it; None where that fails.

    ``sloppy`` also takes zeros before a part of an IPv4 address, as k8s.io/utils does.
    """
    address, slash, prefix = text.partition("/")
    if not slash or not _PREFIX.fullmatch(prefix) or "%" in address:
        return None
    if sloppy and ":" not in address:
        address = _LEADING_ZEROS.sub("", address)
    try:
        return ip_network(f"{address}/{int(prefix)}", strict=False)
    except ValueError:
        return None


def parse_duration(text: str) -> int | None:
    """Nanoseconds of a text such as ``1m30s``, as ``time.ParseDuration`` reads it; None where that fails."""
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if body == "0" or len(body) > _LONGEST:
        return 0 if body == "0" else None
    total = position = 0
    while position < len(body):
        part = _PART.match(body, position)
        if part is None:
            return None
        whole, _, fraction = part["number"].partition(".")
        unit = _UNITS[part["unit"]]
        total += int(whole or "0") * unit + int(fraction or "0") * unit // 10 ** len(fraction)
        position = part.end()
    return sign * total if position and total <= _MOST else None


def split_host_port(text: str) -> tuple[str, str] | None:
    """Host (without brackets) and port, as ``net.SplitHostPort`` reads them; None where that fails."""
    host, colon, port = text.rpartition(":")
    if not colon:
        return None
    if host.startswith("["):
        inner = host[1:-1]
        return (inner, port) if host.endswith("]") and not set("[]") & set(inner + port) else None
    return None if set("[]:") & set(host) or set("[]") & set(port) else (host, port)


def is_address(text: str) -> bool:
    """Whether ``net.ParseIP`` takes the text."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def parse_integer(text: str) -> int | None:
    """The number of a text in decimal digits, as ``strconv.Atoi`` reads it; None where that fails."""
    if not _INTEGER.fullmatch(text) or len(text) > 20:
        return None
    number = int(text)
    return number if -_MOST - 1 <= number <= _MOST else None
