"""A router in network namespaces of its own: which packets does a set of rules of nftables let through?

Run by `unshare` as a program: it reads what to do as JSON from standard input and answers as JSON. Two namespaces are
joined by a third one that forwards; packets are written whole into the first and counted where they come out in the
second, so every protocol and every address can be tried at once.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

TCP, UDP, GRE, ESP, AH = 6, 17, 47, 50, 51
_CLONE_NEWNET = 0x40000000
_ETHER_TYPES = {4: 0x0800, 6: 0x86DD}
_FROM, _ROUTER, _OUT, _TO = (f"02:00:00:00:00:0{number}" for number in range(1, 5))
_SECONDS = 5
_BATCH = """\
netns add a
netns add b
link add ra address {router} type veth peer name a0 address {from_} netns a
link add rb address {out} type veth peer name b0 address {to} netns b
addr add 198.18.0.1/24 dev ra
addr add 198.18.1.1/24 dev rb
link set ra up
link set rb up
-netns a link set a0 up
-netns b link set b0 up
"""
_ROUTES = """\
neigh add 198.18.1.2 lladdr {to} dev rb nud permanent
neigh add fe80::2 lladdr {to} dev rb nud permanent
route add default via 198.18.1.2 dev rb
-6 route add default via fe80::2 dev rb
"""
_SETTINGS = {"ipv4/ip_forward": 1, "ipv4/conf/all/rp_filter": 0, "ipv6/conf/all/forwarding": 1}


class Packet(NamedTuple):
    """One packet. Its number comes out again: the identification of IPv4, the flow label of IPv6."""

    number: int
    source: str
    destination: str
    protocol: int
    port: int = 0
    from_port: int = 0
    flags: int = 2

    def frame(self) -> bytes:
        addresses = ip_address(self.source).packed, ip_address(self.destination).packed
        version = ip_address(self.source).version
        body = self._body(b"".join(addresses))
        ether = b"".join(bytes.fromhex(one.replace(":", "")) for one in (_ROUTER, _FROM))
        ether += struct.pack("!H", _ETHER_TYPES[version])
        if version == 6:
            head = struct.pack("!IHBB", 6 << 28 | self.number, len(body), self.protocol, 64)
            return ether + head + b"".join(addresses) + body
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), self.number, 0, 64, self.protocol, 0)
        head += b"".join(addresses)
        return ether + head[:10] + _checksum(head) + head[12:] + body

    def _body(self, addresses: bytes) -> bytes:
        pseudo = addresses + struct.pack("!HH", self.protocol, 0)
        if self.protocol == TCP:
            text = struct.pack("!HHIIBBHHH", self.from_port, self.port, 1, 1, 0x50, self.flags, 1024, 0, 0)
            return text[:16] + _checksum(pseudo[:-2] + struct.pack("!H", len(text)) + text) + text[18:]
        if self.protocol == UDP:
            text = struct.pack("!HHHH", self.from_port, self.port, 8, 0)
            return text[:6] + _checksum(pseudo[:-2] + struct.pack("!H", len(text)) + text)
        if self.protocol == 1:
            text = struct.pack("!BBHHH", 8, 0, 0, self.number & 0xFFFF, 1)
            return text[:2] + _checksum(text) + text[4:]
        if self.protocol == 58:
            text = struct.pack("!BBHHH", 128, 0, 0, self.number & 0xFFFF, 1)
            return text[:2] + _checksum(pseudo[:-2] + struct.pack("!H", len(text)) + text) + text[4:]
        if self.protocol == GRE:
            return struct.pack("!HH", 0, 0x0800) + bytes(20)
        if self.protocol == AH:  # in front of a protocol that nothing else here has
            return struct.pack("!BBHIII", 254, 4, 0, self.number + 1, 1, 0) + bytes(20)
        return struct.pack("!II", self.number + 1, 1) + bytes(24)


def _checksum(data: bytes) -> bytes:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def _number(frame: bytes) -> int:
    (kind,) = struct.unpack_from("!H", frame, 12)
    if kind == _ETHER_TYPES[4]:
        return struct.unpack_from("!H", frame, 18)[0]
    return struct.unpack_from("!I", frame, 14)[0] & 0xFFFFF if kind == _ETHER_TYPES[6] else -1


def main() -> None:
    """The packets of each round that came out, in the order of the rounds."""
    given = json.load(sys.stdin)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # what is sent first comes out first
    _build(given["ip"])
    sender, receiver = _socket("a", "a0"), _socket("b", "b0")
    told: list[list[int]] = []
    for one in given["rounds"]:
        if one["rules"]:
            subprocess.run([given["nft"], "-f", "-"], input=one["rules"], text=True, check=True)
        told.append(_arrived(sender, receiver, [Packet(*packet) for packet in one["packets"]], Packet(*one["last"])))
    listed = subprocess.run([given["nft"], "list", "tables"], capture_output=True, text=True, check=True).stdout
    print(json.dumps({"arrived": told, "tables": listed.split("\n")}))


def _build(ip: str) -> None:
    """The namespaces a and b, and between them this one, which is the router."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    places = {"router": _ROUTER, "from_": _FROM, "out": _OUT, "to": _TO}
    for batch in (_BATCH, _ROUTES):
        # A line that starts with an option is one that a batch of `ip` does not know.
        plain = [line for line in batch.format(**places).splitlines() if not line.startswith("-")]
        subprocess.run([ip, "-batch", "-"], input="\n".join(plain), text=True, check=True)
        for line in batch.format(**places).splitlines():
            if line.startswith("-"):
                subprocess.run([ip, *line.split()], check=True)
    for name, value in _SETTINGS.items():
        Path("/proc/sys/net", name).write_text(str(value))


def _socket(namespace: str, device: str) -> socket.socket:
    """A socket for whole frames in another namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as home, Path("/run/netns", namespace).open() as there:
        assert libc.setns(there.fileno(), _CLONE_NEWNET) == 0
        found = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        found.bind((device, 0))
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        assert libc.setns(home.fileno(), _CLONE_NEWNET) == 0
    return found


def _arrived(sender: socket.socket, receiver: socket.socket, packets: list[Packet], last: Packet) -> list[int]:
    """Those that came out before ``last`` did, which all rules let through."""
    for packet in [*packets, last]:
        sender.send(packet.frame())
    found: list[int] = []
    while last.number not in found:
        ready, _, _ = select.select([receiver], [], [], _SECONDS)
        if not ready:
            break
        found.append(_number(receiver.recv(2048)))
    wanted = {packet.number for packet in packets}
    return [number for number in found if number in wanted]


def run(router: list[str], ip: str, nft: str, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """What `main` answers, from namespaces that ``router`` (a call of `unshare`) makes."""
    given = json.dumps({"ip": ip, "nft": nft, "rounds": rounds})
    done = subprocess.run(
        [*router, sys.executable, __file__], input=given, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
