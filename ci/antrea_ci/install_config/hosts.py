"""Names of hosts and MAC addresses, as the installer reads them (pkg/validate: Host, MAC)."""

from __future__ import annotations

import re

from antrea_ci.install_config.dns import subdomain_fault
from antrea_ci.model.network import parse_address

# net.ParseMAC: octets by colons or dashes, or four digits by dots; an EUI-48 has six octets.
_MAC = re.compile(
    r"[0-9a-fA-F]{2}(?P<by>[:-])(?:[0-9a-fA-F]{2}(?P=by)){4}[0-9a-fA-F]{2}|(?:[0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}"
)


def is_address(text: str) -> bool:
    """Whether ``text`` is an IP address."""
    try:
        parse_address(text)
    except ValueError:
        return False
    return True


def host_fault(text: str) -> str:
    """Why ``text`` is neither an IP address nor a name of DNS; empty if it is one of them."""
    if is_address(text):
        return ""
    if "://" in text or "/" in text or re.search(r":\d+$", text):
        return "is a name or an address only, without scheme, port and path"
    return subdomain_fault(text)


def mac_fault(text: str) -> str:
    """Why ``text`` is no MAC address of one machine; empty if it is."""
    if not _MAC.fullmatch(text):
        return "is no MAC address such as 52:54:00:a1:b2:c3"
    if int(text[:2], 16) & 1:
        return "is a multicast address"
    return ""
