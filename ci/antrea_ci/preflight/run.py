"""Runs the probes at once, and ends with what is known when the time is over."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from antrea_ci.catalogue import completed
from antrea_ci.findings import Finding, Location
from antrea_ci.preflight.model import Probe, State
from antrea_ci.preflight.site import NotApplicableError, ProbeFunction, Site
from antrea_ci.wording import count


def run_probes(probes: Mapping[str, ProbeFunction], site: Site, seconds: float) -> dict[str, Probe]:
    """What each probe of ``probes`` found within ``seconds``, by name. What fails in an unknown way is raised here."""
    end = time.monotonic() + seconds
    running = {name: _Running(probe, site) for name, probe in probes.items()}
    return {name: each.ended(name, end, seconds) for name, each in running.items()}


class _Running:
    """A probe at work in a thread of its own, which nobody waits for at the end."""

    def __init__(self, probe: ProbeFunction, site: Site) -> None:
        self._probe, self._site = probe, site
        self._findings: list[Finding] = []
        self._note = ""
        self._error: Exception | None = None
        self._seconds = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def ended(self, name: str, end: float, limit: float) -> Probe:
        """What was found up to ``end``, a time of the monotonic clock."""
        self._thread.join(max(0.0, end - time.monotonic()))
        if self._error:
            raise self._error
        findings = list(self._findings)
        if self._thread.is_alive():
            message = f"the probe {name} did not end within {limit:g} s; it had found {count(len(findings), 'problem')}"
            findings.append(Finding("preflight/time", message, location=Location()))
        elif self._note:
            return Probe(name, State.NOT_APPLICABLE, note=self._note, seconds=self._seconds)
        return Probe(name, _state(findings), tuple(completed(findings)), seconds=self._seconds or limit)

    def _run(self) -> None:
        started = time.monotonic()
        try:
            for finding in self._probe(self._site):
                self._findings.append(finding)
        except NotApplicableError as reason:
            self._note = str(reason)
        except Exception as error:  # noqa: BLE001 (raised again by whoever waits)
            self._error = error
        self._seconds = time.monotonic() - started


def _state(findings: list[Finding]) -> State:
    if any(finding.is_error for finding in findings):
        return State.FAILED
    return State.WARNED if findings else State.OK
