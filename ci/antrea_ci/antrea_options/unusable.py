"""Values that Antrea takes when it starts and cannot use afterwards: ports, names of interfaces, networks."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_options.config import Config, Fault, fault, no_network
from antrea_ci.antrea_options.facts import options
from antrea_ci.antrea_options.golang import parse_cidr, parse_integer

RULE = "unusable-value"
_MOST_PORT = 65535
_LONGEST_NAME = 15  # IFNAMSIZ of the Linux kernel, less its closing zero
_MOST_MTU = 65535


def judge_unusable(config: Config) -> Iterator[Fault]:
    """Every value that passes the start and fails later."""
    for key in options()["ports"][config.component]:
        if not 0 <= config.number(key) <= _MOST_PORT:
            message = f"`{key}` {config.number(key)} is no port"
            yield fault(config, RULE, message, key, fix=f"write a number up to {_MOST_PORT}")
    if config.component == "agent":
        yield from _interfaces(config)
        yield from _networks(config)
        yield from _numbers(config)


def _interfaces(config: Config) -> Iterator[Fault]:
    for key in options()["interfaces"]:
        size = len(config.text(key).encode())
        if size > _LONGEST_NAME:
            message = f"`{key}` has {size} bytes; the name of an interface has {_LONGEST_NAME} at most"
            yield fault(config, RULE, message, key, fix="choose a shorter name")


def _networks(config: Config) -> Iterator[Fault]:
    for index, text in enumerate(config.texts("transportInterfaceCIDRs")):
        if parse_cidr(text) is None:
            yield no_network(config, RULE, f"transportInterfaceCIDRs.{index}", text)


def _numbers(config: Config) -> Iterator[Fault]:
    if not 0 <= config.number("defaultMTU") <= _MOST_MTU:
        message = f"`defaultMTU` {config.number('defaultMTU')} is no size of a packet"
        yield fault(config, RULE, message, "defaultMTU", fix="write 0, with which Antrea finds it out")
    for key in ("fqdnCacheMinTTL", "packetInRate", "auditLogging.maxSize", "auditLogging.maxAge"):
        if config.number(key) < 0:
            yield fault(config, RULE, f"`{key}` must not be negative", key)
    key = "nodePortLocal.portRange"
    ends = [parse_integer(part) or 0 for part in config.text(key).split("-")]
    if config.flag("nodePortLocal.enable") and not all(0 <= end <= _MOST_PORT for end in ends):
        message = f"`{key}` {config.text(key)} has a number that is no port"
        yield fault(config, RULE, message, key, fix=f"write numbers up to {_MOST_PORT}")
