"""Makes all attempts, many at once, each target once, and ends in time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from antrea_ci.facts import facts
from antrea_ci.firewall.addresses import family
from antrea_ci.firewall.probe import attempts
from antrea_ci.firewall.probe.attempts import Outcome, State
from antrea_ci.firewall.probe.plan import Planned, Target
from antrea_ci.firewall.probe.result import Probed, Tried
from antrea_ci.firewall.probe.trust import Trust
from antrea_ci.preflight.names import NameFaultError, addresses, by_system
from antrea_ci.values import text_at, value_at

_Key: TypeAlias = tuple[Target, str, bool]


def _number(*path: str) -> float:
    found = value_at(facts("firewall-probe"), path)
    assert isinstance(found, int)
    return found


@dataclass(frozen=True)
class Patience:
    """Seconds for one wait, and for all of them together."""

    one: float = field(default_factory=lambda: _number("seconds", "one"))
    all: float = field(default_factory=lambda: _number("seconds", "all"))


@dataclass(frozen=True)
class _Run:
    """One run: ``end`` is a time of the monotonic clock; ``question`` is the name that DNS servers are asked for."""

    trust: Trust
    patience: Patience
    question: str
    end: float

    def attempt(self, key: _Key) -> Tried:
        target, protocol, has_certificate = key
        if time.monotonic() > self.end:
            return Tried(target.host, target.port, State.UNTESTED, f"not within {self.patience.all:g} s (--timeout)")
        found = self._of_host(target, protocol)
        certificate = ""
        if has_certificate and found.state is State.OPEN:
            certificate = self.trust.fault(target.host, target.port, self.patience.one)
        return Tried(target.host, target.port, found.state, found.detail, certificate)

    def _of_host(self, target: Target, protocol: str) -> Outcome:
        """The first address that is open or refuses; every one that a name has may be used."""
        try:
            found = addresses(target.host, by_system, self.patience.one) if not family(target.host) else (target.host,)
        except NameFaultError as fault:
            return Outcome(State.UNTESTED, f"{fault.trouble.value}; the name has to resolve first")
        outcomes: list[Outcome] = []
        for address in found:
            outcomes.append(self._once(address, target.port, protocol))
            if outcomes[-1].state in (State.OPEN, State.REFUSED):
                break
        return min(outcomes, key=lambda one: list(State).index(one.state))

    def _once(self, address: str, port: int, protocol: str) -> Outcome:
        seconds = min(self.patience.one, max(0.1, self.end - time.monotonic()))
        if protocol == "TCP":
            return attempts.tcp(address, port, seconds)
        kind = text_at(facts("firewall-probe"), ("asked", str(port)))
        if kind == "dns":
            return attempts.dns(address, port, seconds, self.question)
        return attempts.ntp(address, port, seconds) if kind == "ntp" else attempts.udp(address, port, seconds)


def tried(plans: Sequence[Planned], trust: Trust, patience: Patience, question: str) -> tuple[Probed, ...]:
    """What became of each row."""
    run = _Run(trust, patience, question, time.monotonic() + patience.all)
    keys = [[(target, plan.rule.protocol, trust.applies(plan.rule)) for target in plan.targets] for plan in plans]
    every = list(dict.fromkeys(key for several in keys for key in several))
    with ThreadPoolExecutor(int(_number("at-once"))) as pool:
        found = dict(zip(every, pool.map(run.attempt, every), strict=True))
    return tuple(
        Probed(plan.rule, tuple(found[key] for key in several), plan.why)
        for plan, several in zip(plans, keys, strict=True)
    )
