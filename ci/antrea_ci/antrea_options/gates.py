"""Feature gates: which of them a version has, which are on, and which cannot be switched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from antrea_ci.antrea_catalogue import Catalogue, Component, every_gate, gate_span
from antrea_ci.antrea_options.config import Fault
from antrea_ci.antrea_options.facts import Version, options, reached
from antrea_ci.findings import Finding, Severity
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Document, Value

_STAGES = {"AllAlpha": False, "AllBeta": True}  # whether the gates of the stage are on by default
GATES = "featureGates"


def state_of_gates(known: Catalogue, version: Version, given: Mapping[str, Value]) -> dict[str, bool]:
    """Every gate of either program, on or off, when those in ``given`` are set.

    A gate set by itself counts more than AllAlpha and AllBeta, whatever their order.
    """
    state = {**known.controller_gates, **known.agent_gates}
    for stage, is_on in _STAGES.items():
        value = given.get(stage)
        if isinstance(value, bool):
            members = [name for name, default in state.items() if default is is_on and name not in _STAGES]
            state |= {name: value for name in members if not reached(options()["stable"].get(name), version)}
    return state | {name: value for name, value in given.items() if name in state and isinstance(value, bool)}


def judge_gates(
    component: Component,
    known: Catalogue,
    version: Version,
    document: Document,
    given: Mapping[str, Value],
    vendors: frozenset[str],
) -> Iterator[Fault]:
    """What stops the program, and what has no effect, among the gates that are given.

    ``vendors``: those that the vendor's own text has for this program.
    """
    ours = known.agent_gates if component == "agent" else known.controller_gates
    theirs = known.controller_gates if component == "agent" else known.agent_gates
    for name, value in given.items():
        if value is False and reached(options()["locked"].get(name), version):
            message = f"the feature gate `{name}` cannot be switched off in Antrea {_dotted(version)}"
            yield _fault(Finding("antrea/locked-gate", message, location=document.locate((GATES, name))), name)
        elif name in ours or name in vendors:
            continue
        elif name in theirs:
            yield _fault(_elsewhere(component, name, document), name)
        else:
            location = document.locate((GATES, name), key=True)
            yield _fault(Finding("antrea/unknown-gate", _unknown(name, known), location=location), name)


def _fault(finding: Finding, name: str) -> Fault:
    return Fault(finding, ((GATES, name),))


def _elsewhere(component: Component, name: str, document: Document) -> Finding:
    other = "controller" if component == "agent" else "agent"
    message = f"the feature gate `{name}` has no effect in the {component}'s configuration"
    location = document.locate((GATES, name), key=True)
    fix = f"set it in the {other}'s configuration"
    return Finding("antrea/gate-elsewhere", message, Severity.WARNING, location, fix=fix)


def _unknown(name: str, known: Catalogue) -> str:
    message = f"Antrea {known.version} has no feature gate `{name}`"
    if name in every_gate():
        return f"{message}; {gate_span(name)}"
    return message + did_you_mean(name, {*known.agent_gates, *known.controller_gates})


def _dotted(version: Version) -> str:
    return ".".join(str(number) for number in version)
