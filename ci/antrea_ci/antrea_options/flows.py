"""The options of the flow exporter: where flows are sent, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault
from antrea_ci.antrea_options.golang import parse_duration

_BRACKETS = re.compile(r"\[.*\]:.*")
_SECOND = 10**9
_ADDRESS = "write it as HOST:PORT:PROTOCOL, such as 10.1.1.1:4739:tls"


def flow_exporter(config: Config) -> Iterator[Fault]:
    """Every fault in them, if the feature gate is on."""
    if not config.gates.get("FlowExporter"):
        return
    key, address = _given(config, "flowCollectorAddr")
    if address and (problem := _bad_address(address, grpc=config.has("flow-by-grpc"))):
        yield fault(config, "flow-exporter", f"`{key}` {address!r}: {problem}", key, fix=_ADDRESS)
    for name in ("flowPollInterval", "activeFlowExportTimeout", "idleFlowExportTimeout"):
        key, text = _given(config, name)
        duration = parse_duration(text) if text else _SECOND
        if duration is None:
            fix = "write number and unit, such as 5s"
            yield fault(config, "flow-exporter", f"`{key}` {text!r} is no duration", key, fix=fix)
        elif name == "flowPollInterval" and duration < _SECOND:
            yield fault(
                config, "flow-exporter", f"`{key}` {text!r} is less than one second", key, fix="write 1s or more"
            )


def _given(config: Config, name: str) -> tuple[str, str]:
    """The key that counts, and its text: that below flowExporter, else the older one of the same name."""
    new = f"flowExporter.{name}"
    key = new if config.text(new) or not config.text(name) else name
    return key, config.text(key)


def _bad_address(address: str, *, grpc: bool) -> str:
    if _BRACKETS.search(address):
        end = address.index("]")
        parts = [address[1:end], *address[end + 2 :].split(":")]
    else:
        parts = address.split(":")
    if len(parts) > 3:
        return "it has too many colons; an IPv6 address must stand in brackets"
    protocols = ["tls", "tcp", "udp", *(["grpc"] if grpc else [])]
    if len(parts) == 3 and parts[2] not in protocols:
        return f"the protocol {parts[2]!r} is none of {', '.join(protocols)}"
    return ""
