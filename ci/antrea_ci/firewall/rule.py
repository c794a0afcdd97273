"""One rule that a firewall needs, and the rows of facts/ports.yaml from which rules are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

if TYPE_CHECKING:
    from antrea_ci.yamlio import Value

Phase: TypeAlias = Literal["install", "always", "phase2"]
_WHEN: Mapping[Phase, str] = {"install": ", during installation", "always": "", "phase2": ", with NSX"}


@dataclass(frozen=True)
class Rule:
    """Traffic that has to pass.

    ``source`` and ``destination`` are networks, addresses, host names, or a group that the cluster's files name no
    address of (``API load balancer``). ``port`` is one port or a range, and empty where the protocol has none.
    """

    source: str
    destination: str
    protocol: str
    port: str
    phase: Phase
    reason: str
    fact: str

    def as_text(self) -> str:
        """One line: ``UDP 6081 10.0.0.0/16 ↔ 10.0.0.0/16 (Geneve tunnel)``."""
        arrow = "↔" if self.source == self.destination else "→"
        what = " ".join(filter(None, (self.protocol, self.port)))
        return f"{what} {self.source} {arrow} {self.destination} ({self.reason}{_WHEN[self.phase]})"

    def as_json(self) -> dict[str, Value]:
        """The keys that DESIGN section 8 fixes."""
        return {
            "source": self.source,
            "destination": self.destination,
            "protocol": self.protocol,
            "port": self.port,
            "phase": self.phase,
            "reason": self.reason,
            "fact": self.fact,
        }


@dataclass(frozen=True)
class Row:
    """One row of the facts; ``source`` and ``destination`` are names of ends."""

    source: str
    destination: str
    protocols: tuple[str, ...]
    ports: tuple[str, ...]
    phase: Phase
    reason: str
    fact: str


@dataclass(frozen=True)
class Wanted:
    """That a row applies, and which phase, protocol or port take the place of its own."""

    row: str
    protocol: str = ""
    port: str = ""
    phase: Phase | None = None


@cache
def rows() -> Mapping[str, Row]:
    """Every row by its name, in the order of reports."""
    return {name: _row(given) for name, given in _facts("rows").items()}


@cache
def groups() -> Mapping[str, str]:
    """What each end is called where the cluster's files name no address."""
    return {name: str(text) for name, text in _facts("ends").items()}


@cache
def release_registries() -> tuple[str, ...]:
    """The hosts that OpenShift's own images come from."""
    from antrea_ci.facts import facts
    from antrea_ci.values import texts_at

    return tuple(texts_at(facts("ports"), ("release-registries",)))


@cache
def further_hosts(registry: str) -> tuple[str, ...]:
    """The hosts to which a registry sends whoever pulls from it."""
    from antrea_ci.values import texts_at

    return tuple(texts_at(_facts("further-hosts"), (registry,)))


def _facts(key: str) -> dict[str, Value]:
    """Facts are loaded where rows are asked for: who only shows rules needs no YAML."""
    from antrea_ci.facts import facts
    from antrea_ci.values import mapping_at

    return mapping_at(facts("ports"), (key,))


def _row(given: Value) -> Row:
    from antrea_ci.values import text_at, value_at

    return Row(
        source=text_at(given, ("from",)),
        destination=text_at(given, ("to",)),
        protocols=_several(value_at(given, ("protocol",))),
        ports=_several(value_at(given, ("port",))),
        phase=cast("Phase", text_at(given, ("phase",))),
        reason=text_at(given, ("reason",)),
        fact=text_at(given, ("fact",)),
    )


def _several(value: Value) -> tuple[str, ...]:
    """One or several as texts; one empty text where there is none."""
    return tuple(map(str, value)) if isinstance(value, list) else ("" if value is None else str(value),)
