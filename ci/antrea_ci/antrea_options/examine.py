"""Brings the steps together: read, decode, settle the gates, and judge what is left."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.antrea_catalogue import Catalogue, Component, catalogue
from antrea_ci.antrea_options.agent import judge_agent
from antrea_ci.antrea_options.config import Config, Fault
from antrea_ci.antrea_options.controller import judge_controller
from antrea_ci.antrea_options.decode import Decoder
from antrea_ci.antrea_options.facts import version_of
from antrea_ci.antrea_options.gates import GATES, judge_gates, state_of_gates
from antrea_ci.antrea_options.parse import read
from antrea_ci.antrea_options.unusable import judge_unusable
from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.yamlio import Value


def examine(
    component: Component, data: bytes | str, file: str, version: str, tolerated: frozenset[str] = frozenset()
) -> Iterator[Fault]:
    """What ``antrea_options.judge`` tells, with the paths of the values at fault.

    ``tolerated``: dotted keys (gates as ``featureGates.X``) that the vendor's own text has; they are taken as they are,
    even if the facts do not have them.
    """
    number, known = version_of(version), catalogue(version)
    if not known.exact:
        yield _uncovered(known, version, file)
    document, faults = read(data, file, number)
    yield from faults
    if document is None:
        return
    decoder = Decoder(component, number, document, known.agent if component == "agent" else known.controller, tolerated)
    decoder.run()
    yield from decoder.faults
    given = _gates_in(decoder.values)
    vendors = frozenset(name for name in given if f"{GATES}.{name}" in tolerated)
    yield from judge_gates(component, known, number, document, given, vendors)
    config = Config(component, number, document, decoder.values, state_of_gates(known, number, given))
    yield from judge_agent(config) if component == "agent" else judge_controller(config)
    yield from judge_unusable(config)


def _gates_in(values: dict[str, Value]) -> dict[str, Value]:
    given = values.get(GATES)
    return given if isinstance(given, dict) else {}


def _uncovered(known: Catalogue, version: str, file: str) -> Fault:
    message = f"the keys of Antrea {version} are not known here; it is judged as {known.version}"
    return Fault(Finding("antrea/version", message, Severity.WARNING, Location(file)), ((),))
