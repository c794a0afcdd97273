"""What probing found of each row, and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from antrea_ci.findings import Finding
from antrea_ci.firewall.probe.attempts import State
from antrea_ci.firewall.probe.plan import Side
from antrea_ci.firewall.rule import Rule
from antrea_ci.yamlio import Value

_WORST = (State.FILTERED, State.OPEN, State.REFUSED, State.UNTESTED)


@dataclass(frozen=True)
class Tried:
    """One target of a row. ``certificate`` is what is wrong with the one that it shows; empty where nothing is."""

    host: str
    port: int
    state: State
    detail: str = ""
    certificate: str = ""

    def as_json(self) -> dict[str, Value]:
        """Plain values."""
        return {
            "address": self.host,
            "port": self.port,
            "state": self.state.value,
            "detail": self.detail,
            "certificate": self.certificate,
        }


@dataclass(frozen=True)
class Probed:
    """A row, and what was tried of it. ``why`` nothing was, else empty."""

    rule: Rule
    tried: tuple[Tried, ...]
    why: str = ""

    @property
    def state(self) -> State:
        """Filtered where one target is; else open or refused where one answers."""
        states = {one.state for one in self.tried}
        return next((state for state in _WORST if state in states), State.UNTESTED)

    @property
    def reason(self) -> str:
        """Why a row is untested; empty for the others."""
        if self.state is not State.UNTESTED:
            return ""
        return self.why or "; ".join(dict.fromkeys(f"{one.host}: {one.detail}" for one in self.tried))

    @property
    def fix(self) -> str:
        """What to do; empty where all is well, or nothing was tried."""
        if self.state is State.FILTERED:
            return "let this row through; what the firewall's log says of it, `firewall learn` reads"
        if any(one.certificate for one in self.tried):
            return "add the certificate of its authority to additionalTrustBundle, or see who stands in between"
        if self.state is State.REFUSED:
            return "nothing, if nothing should listen there now; a firewall that answers by TCP reset looks the same"
        return ""

    @property
    def is_bad(self) -> bool:
        """Whether something that the cluster needs does not get through, or is not who it should be."""
        return self.state is State.FILTERED or any(one.certificate for one in self.tried)

    def as_json(self) -> dict[str, Value]:
        """Plain values."""
        return {
            "rule": self.rule.as_json(),
            "state": self.state.value,
            "why": self.reason,
            "fix": self.fix,
            "targets": [one.as_json() for one in self.tried],
        }


@dataclass(frozen=True)
class Probes:
    """All rows in the order of the report. ``names`` is what is wrong with the cluster's names in DNS.

    ``is_placed``: this machine stands where rows of ``side`` begin, as far as that can be told.
    """

    side: Side
    rows: tuple[Probed, ...]
    names: tuple[Finding, ...]
    is_placed: bool = True

    def as_json(self) -> dict[str, Value]:
        """The form that `firewall probe --format json` prints."""
        counts = Counter(row.state.value for row in self.rows)
        names: list[Value] = [dict(finding.as_json()) for finding in self.names]
        return {
            "from": self.side,
            "inMachineNetwork": self.is_placed,
            "rows": [row.as_json() for row in self.rows],
            "names": names,
            "summary": {state.value: counts[state.value] for state in State},
        }
