"""What preflight says: one probe a thing that it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from antrea_ci.findings import Finding


class State(StrEnum):
    """How a probe ended. ``warned``: nothing that stops an installation; ``not-applicable``: nothing to look at."""

    OK = "ok"
    FAILED = "failed"
    WARNED = "warned"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Probe:
    """One probe. ``note`` is what it looked at, or why there was nothing to look at; it may be empty."""

    name: str
    state: State
    findings: tuple[Finding, ...] = ()
    note: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Preflight:
    """All probes, in the order of NAMES."""

    probes: tuple[Probe, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, probe by probe."""
        return tuple(finding for probe in self.probes for finding in probe.findings)

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the probes that found what stops an installation."""
        return tuple(probe.name for probe in self.probes if probe.state is State.FAILED)
