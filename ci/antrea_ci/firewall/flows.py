"""Rules as firewalls take them: of one address family each, and with names that can stand in their languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.firewall.addresses import family
from antrea_ci.firewall.rule import Rule

_HIGHEST_PORT = 65535
_LONGEST_NAME = 200  # nftables' sets have 255, include/uapi/linux/netfilter/nf_tables.h (NFT_NAME_MAXLEN)
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")

IP_PROTOCOLS: Mapping[str, int] = {"ICMP": 1, "GRE": 47, "ESP": 50, "AH": 51, "ICMPv6": 58, "VRRP": 112}
"""The protocols without ports that rules name, by the numbers that IANA gives them."""


@dataclass(frozen=True)
class Flow:
    """One rule in one address family, 4 or 6."""

    rule: Rule
    family: int


def families(rules: Iterable[Rule]) -> tuple[int, ...]:
    """The address families that the cluster has: of all addresses that its rules name; both where they name none."""
    found = {family(name) for rule in rules for name in (rule.source, rule.destination)} - {0}
    return tuple(sorted(found)) or (4, 6)


def flows(rules: Sequence[Rule]) -> Iterator[Flow]:
    """Each rule once for every family that it can have; a rule between names has all families of the cluster."""
    usual = families(rules)
    for rule in rules:
        own = {family(rule.source), family(rule.destination)} - {0}
        yield from (Flow(rule, one) for one in (sorted(own) or usual) if one in _possible(rule.protocol))


def names(rules: Iterable[Rule]) -> tuple[str, ...]:
    """The ends that no address is known of, in the order of the rules."""
    ends = (name for rule in rules for name in (rule.source, rule.destination))
    return tuple(dict.fromkeys(name for name in ends if not family(name)))


def identifiers(texts: Iterable[str]) -> dict[str, str]:
    """A name of small letters, digits and ``_`` for each text, no two the same."""
    found: dict[str, str] = {}
    for text in texts:
        name = _NOT_IN_A_NAME.sub("_", text.lower()).strip("_")[:_LONGEST_NAME]
        name = name if name[:1].isalpha() else f"end_{name}".rstrip("_")
        number, chosen = 1, name
        while chosen in found.values():
            number, chosen = number + 1, f"{name}_{number + 1}"
        found[text] = chosen
    return found


def is_port(text: str) -> bool:
    """Whether ``text`` is one port or a range of them."""
    found = _PORTS.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    return 0 < first <= last <= _HIGHEST_PORT


def _possible(protocol: str) -> tuple[int, ...]:
    """ICMP has another name in IPv6; Antrea's GRE has no IPv6."""
    return {"ICMP": (4,), "ICMPv6": (6,), "GRE": (4,)}.get(protocol, (4, 6))


def one_line(text: str) -> str:
    """``text`` as it may stand in a comment, which ends with its line."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
