"""What this machine is: where it stands, and whom it asks for names."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

# source: systemd-resolved(8): behind the stub at 127.0.0.53 the real name servers are in its own file
_FILES = (Path("/run/systemd/resolve/resolv.conf"), Path("/etc/resolv.conf"))


def name_servers(files: Sequence[Path] = _FILES) -> tuple[str, ...]:
    """The name servers of the first file that names any."""
    for file in files:
        with suppress(OSError):
            words = [line.split() for line in file.read_text(errors="replace").splitlines()]
            found = [line[1].partition("%")[0] for line in words if len(line) > 1 and line[0] == "nameserver"]
            if usable := [one for one in found if _is_address(one)]:
                return tuple(dict.fromkeys(usable))
    return ()


def stands_in(networks: Iterable[str], hosts: Sequence[str]) -> bool:
    """Whether this machine would speak from an address of one of these networks to a host in it.

    ``hosts`` are known addresses of such hosts; the first address of each network is tried as well.
    """
    inside = [ip_network(network, strict=False) for network in networks]
    first = [str(one[min(1, one.num_addresses - 1)]) for one in inside]
    return any(_speaks_from(one, host) for one in inside for host in (*first, *hosts) if ip_address(host) in one)


def _speaks_from(inside: IPv4Network | IPv6Network, target: str) -> bool:
    family = socket.AF_INET6 if inside.version == 6 else socket.AF_INET
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as one:
        one.connect((target, 9))  # sends nothing: it only chooses the address of this side
        return ip_address(str(one.getsockname()[0]).partition("%")[0]) in inside
    return False


def _is_address(text: str) -> bool:
    with suppress(ValueError):
        return bool(ip_address(text))
    return False
