"""Rules about optional parts of OpenShift: capabilities, feature sets and gates, CPU partitioning, one node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.values import NEWEST, enumeration, known, listed, texts
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import mapping_at

_CAPABILITIES = ("capabilities",)
_BASELINE, _ADDITIONAL = (*_CAPABILITIES, "baselineCapabilitySet"), (*_CAPABILITIES, "additionalEnabledCapabilities")
_OLDEST_SET = 11
_NEEDS_CHECKED_SINCE = 16
_LIFECYCLE_SINCE = 15
_GATE = re.compile(r"^[^=]*=(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)\Z")
_CUSTOM = "CustomNoUpgrade"


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with them."""
    if isinstance(config.at(*_CAPABILITIES), dict):
        yield from _names(config)
        yield from _needed(config)
    yield from _feature_set(config)
    yield from _cpu_partitioning(config)
    yield from _bootstrap_in_place(config)


def _names(config: Config) -> Iterator[Finding]:
    baseline, sets = config.text(*_BASELINE), _sets(config.minor)
    if config.lacks(*_BASELINE):
        message = f"{config.absence(*_BASELINE)}; with `capabilities` the installer wants it"
        yield config.finding("capability-set", _BASELINE, message, fix="add `baselineCapabilitySet: vCurrent`")
    elif baseline and baseline not in sets:
        message = f"is {baseline!r}; it must be {enumeration(sets)}{did_you_mean(baseline, sets)}"
        yield config.finding("capability-set", _BASELINE, message)
    names = known("capabilities", config.minor)
    for index, name in enumerate(config.items(*_ADDITIONAL)):
        if isinstance(name, str) and name not in names:
            message = f"is {name!r}, which OpenShift 4.{config.minor} does not know{did_you_mean(name, names)}"
            yield config.finding("capability", (*_ADDITIONAL, index), message, fix=f"choose from {enumeration(names)}")


def _sets(minor: int) -> list[str]:
    return [
        "None",
        *(f"v4.{number}" for number in range(_OLDEST_SET, max(minor, NEWEST) + 1) if number <= minor),
        "vCurrent",
    ]


def _enabled(config: Config) -> set[str]:
    """What the installer would enable; an unknown set holds nothing."""
    baseline = config.text(*_BASELINE)
    latest = config.minor if baseline in ("", "vCurrent") else _minor_of(baseline)
    every = {name for name in known("capabilities", config.minor) if listed("capabilities", name, "every_set")}
    members = {*known("capabilities", min(latest, config.minor)), *every} if latest else set[str]()
    return members | {name for name in config.items(*_ADDITIONAL) if isinstance(name, str)}


def _minor_of(baseline: str) -> int:
    found = re.match(r"^v4\.(\d+)\Z", baseline)
    return int(found[1]) if found else 0


def _needed(config: Config) -> Iterator[Finding]:
    enabled, missing = _enabled(config), list[str]()
    if config.minor >= _NEEDS_CHECKED_SINCE:
        for name in mapping_at(listed("needed_capabilities"), ()):
            if name not in enabled and config.platform not in texts("needed_capabilities", name, "not_on"):
                missing.append(name)
        if config.platform == "baremetal" and config.text(*_BASELINE) == "None" and "baremetal" not in enabled:
            missing.append("baremetal")
    if config.minor >= _LIFECYCLE_SINCE and "marketplace" in enabled and "OperatorLifecycleManager" not in enabled:
        missing.append("OperatorLifecycleManager")
    if missing:
        message = f"leaves out {enumeration(missing)}, which this cluster needs"
        fix = f"add to additionalEnabledCapabilities: {', '.join(missing)}"
        yield config.finding("capability-needed", _CAPABILITIES, message, key=True, fix=fix)


def _feature_set(config: Config) -> Iterator[Finding]:
    name, gates = config.text("featureSet"), config.items("featureGates")
    sets = known("feature_sets", config.minor)
    if name and name not in sets:
        fix = "remove it" if name == "Default" else f"choose from {enumeration(sets)}, or remove it"
        message = f"is {name!r}, which OpenShift 4.{config.minor} does not know{did_you_mean(name, sets)}"
        yield config.finding("feature-set", ("featureSet",), message, fix=fix)
    elif name:
        message = f"is {name!r}: such a cluster can never be upgraded"
        yield config.finding("feature-set", ("featureSet",), message, severity=Severity.WARNING)
    if gates and name != _CUSTOM:
        message = f"works with `featureSet: {_CUSTOM}` only"
        yield config.finding("feature-gates", ("featureGates",), message, key=True)
    for index, gate in enumerate(gates):
        if isinstance(gate, str) and not _GATE.match(gate):
            path = ("featureGates", index)
            yield config.finding("feature-gates", path, f"is {gate!r}; it must be written as Name=true or Name=false")


def _cpu_partitioning(config: Config) -> Iterator[Finding]:
    mode, modes = config.text("cpuPartitioningMode"), texts("cpu_partitioning_modes")
    if mode and mode not in modes:
        message = f"is {mode!r}; it must be {enumeration(modes)}{did_you_mean(mode, modes)}"
        yield config.finding("cpu-partitioning", ("cpuPartitioningMode",), message)


def _bootstrap_in_place(config: Config) -> Iterator[Finding]:
    path = ("bootstrapInPlace",)
    if isinstance(config.at(*path), dict) and config.at("controlPlane", "replicas") != 1:
        message = "is for a cluster of one node, but `controlPlane.replicas` is not 1"
        yield config.finding("bootstrap-in-place", path, message, severity=Severity.WARNING, key=True)
