"""The pods of the transfer: one serves a few MiB, the others fetch them; what they say is read from their logs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Value, parse

_FOLDER = Path(__file__).parent
_PARTS, _FILLING = 64, 65_000
_PORT = 5999
_TRIES = 12
_NAME = "kubernetes.default"
MEBIBYTES = round(_PARTS * _FILLING / 2**20)


@dataclass(frozen=True)
class Fetched:
    """What a fetching pod said: the addresses of the API's Service, whether it had an answer, and all of it.

    ``stuck`` says what the pod still waited for when the time was over; the rest is empty then.
    """

    resolved: tuple[str, ...] = ()
    is_connected: bool = False
    is_complete: bool = False
    stuck: str = ""


def server(node: str, image: str) -> dict[str, Value]:
    """The pod that serves, on ``node``."""
    own_address: Value = {"fieldRef": {"fieldPath": "status.podIP"}}
    return _pod("server", "serve.sh", node, image, [{"name": "ADDRESS", "valueFrom": own_address}])


def client(index: int, node: str, image: str, address: str) -> dict[str, Value]:
    """The ``index``-th pod that fetches from ``address``, on ``node``."""
    return _pod(f"client-{index}", "fetch.sh", node, image, [{"name": "ADDRESS", "value": address}])


def _pod(name: str, script: str, node: str, image: str, more: list[Value]) -> dict[str, Value]:
    pod = parse((_FOLDER / "pod.yaml").read_bytes(), "pod.yaml").mapping
    mapping_at(pod, ("metadata",))["name"] = name
    spec = mapping_at(pod, ("spec",))
    spec["nodeName"] = node
    container = mapping_at(spec, ("containers", 0))
    container["image"] = image
    command = value_at(container, ("command",))
    assert isinstance(command, list), "pod.yaml has it"
    command.append((_FOLDER / script).read_text("utf-8"))
    given = {"ROOM": "/room", "PORT": _PORT, "PARTS": _PARTS, "FILLING": _FILLING, "TRIES": _TRIES, "NAME": _NAME}
    container["env"] = [*({"name": key, "value": str(value)} for key, value in given.items()), *more]
    return pod


def read(log: str) -> Fetched:
    """What the log of a fetching pod says."""
    lines = log.splitlines()
    resolved = [line.removeprefix("resolved ") for line in lines if line.startswith("resolved ")]
    return Fetched(tuple(dict.fromkeys(resolved)), "connected" in lines, f"sum {digest(_PARTS, _FILLING)}" in lines)


@cache
def digest(parts: int, filling: int) -> str:
    """The SHA-256 of everything that the server offers, as the client computes it."""
    rows = (f"{number}{'x' * filling}\n".encode() for number in range(1001, 1001 + parts))
    return hashlib.sha256(b"\n" + b"".join(rows)).hexdigest()
