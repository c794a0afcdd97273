"""The facts on Antrea's configuration keys and feature gates, against what Antrea's own programs said of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from antrea_ci.antrea_catalogue import Catalogue, catalogue, every_gate, every_key

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT.parent / "shared" / "antrea-configs"
FACTS = ROOT / "ci" / "antrea_ci" / "facts" / "antrea-config.yaml"

_UNKNOWN_FIELD = re.compile(r"field (\S+) not found in type")
_UNKNOWN_GATE = re.compile(r"unrecognized feature gate: (\S+)")


@pytest.mark.parametrize(
    ("text", "minor", "exact"),
    [
        ("1.13.1", "1.13", True),
        ("v1.13.1_vmware.1", "1.13", True),
        ("2.3.0", "2.3", True),
        ("1.7", "1.7", True),
        ("1.2.3", "1.5", False),
        ("1.16.0", "1.15", False),
        ("2.99.0", "2.7", False),
    ],
)
def test_a_version_is_looked_up_by_its_minor(text: str, minor: str, exact: bool) -> None:
    found = catalogue(text)
    assert (found.version, found.exact) == (minor, exact)


@pytest.mark.parametrize("text", ["", "latest", "v1", "registry.example.com:5000/antrea:v1.14.1", "x1.2"])
def test_a_text_without_a_version_raises(text: str) -> None:
    with pytest.raises(ValueError, match="not a version of Antrea"):
        catalogue(text)


def test_egress_is_a_gate_of_both_programs_and_on_since_1_6() -> None:
    for version in ("1.5", "1.6", "1.13", "2.3"):
        found = catalogue(version)
        assert found.agent_gates["Egress"] is found.controller_gates["Egress"] is (version != "1.5")


@pytest.mark.parametrize(
    ("gate", "component", "before", "since"),
    [
        ("EgressSeparateSubnet", "agent", "1.14", "1.15"),
        ("NodeLatencyMonitor", "agent", "2.0", "2.1"),
        ("Multicluster", "agent", "1.6", "1.7"),
        ("Multicluster", "controller", "1.9", "1.10"),
        ("AdminNetworkPolicy", "controller", "1.12", "1.13"),
    ],
)
def test_a_gate_comes_with_its_version(gate: str, component: str, before: str, since: str) -> None:
    assert gate not in _gates(catalogue(before), component)
    assert gate in _gates(catalogue(since), component)


def test_a_gate_goes_with_its_version() -> None:
    assert "L7FlowExporter" in catalogue("2.5").agent_gates
    assert "L7FlowExporter" not in catalogue("2.6").agent_gates
    assert "L7FlowExporter" in every_gate()


@pytest.mark.parametrize(
    ("gate", "off", "on"),
    [("EgressSeparateSubnet", "2.2", "2.3"), ("Multicast", "1.11", "1.12"), ("EndpointSlice", "1.10", "1.11")],
)
def test_a_default_changes_with_its_version(gate: str, off: str, on: str) -> None:
    assert catalogue(off).agent_gates[gate] is False
    assert catalogue(on).agent_gates[gate] is True


def test_one_program_does_not_have_the_other_ones_gates() -> None:
    found = catalogue("1.14.1")
    assert "NodeIPAM" in found.controller_gates
    assert "NodeIPAM" not in found.agent_gates
    assert "TrafficControl" not in found.controller_gates


def test_no_1_13_configuration_has_a_key_that_came_with_2_x() -> None:
    old, new = catalogue("1.13.1"), catalogue("2.3.0")
    came = {"snatFullyRandomPorts", "fqdnCacheMinTTL", "antreaProxy.disableServiceHealthCheckServer"}
    assert came <= new.agent.keys()
    assert not came & old.agent.keys()
    assert {"enableIPSecTunnel", "nplPortRange"} <= old.agent.keys() - new.agent.keys()
    assert "legacyCRDMirroring" in old.controller.keys() - new.controller.keys()


def test_types() -> None:
    found = catalogue("1.14.1")
    expected = {
        "trafficEncapMode": "string",
        "wireGuard.port": "int",
        "featureGates": "gates",
        "noSNAT": "bool",
        "egress.exceptCIDRs": "strings",
        "multicast.igmpQueryVersions": "list",
    }
    assert {key: found.agent[key] for key in expected} == expected


def test_only_the_vendors_build_has_the_vendors_keys() -> None:
    assert "enterpriseAntrea" in catalogue("v1.7.1_vmware.1").controller
    assert "enterpriseAntrea" not in catalogue("1.7.1").controller
    assert "enterpriseAntrea" in every_key("controller")
    assert "enterpriseAntrea" not in every_key("agent")


def test_the_facts_are_well_formed() -> None:
    facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
    versions, types = set(facts["versions"]), {"string", "bool", "int", "number", "strings", "list", "map", "gates"}
    for key in (*facts["agent"].values(), *facts["controller"].values(), *facts["vendor"]["controller"].values()):
        assert key.keys() <= {"type", "since", "until"}
        assert key["type"] in types
        assert {key[name] for name in ("since", "until") if name in key} <= versions
    for gate in facts["gates"].values():
        assert gate.keys() <= {"agent", "controller", "enabled", "until"}
        assert gate.keys() & {"agent", "controller"}
        assert set(gate.values()) <= versions


def test_both_agree_on_a_gates_default() -> None:
    found = catalogue("2.3.0")
    shared = found.agent_gates.keys() & found.controller_gates.keys()
    assert {gate: found.agent_gates[gate] for gate in shared} == {gate: found.controller_gates[gate] for gate in shared}


def _verdicts() -> list[tuple[str, str, str]]:
    """(configuration, version, error or empty) for everything that Antrea was asked."""
    if not (CONFIGS / "verdicts.json").is_file():
        return []
    told = json.loads((CONFIGS / "verdicts.json").read_text(encoding="utf-8"))
    return [(name, version, verdict["error"]) for name, by in told.items() for version, verdict in by.items()]


VERDICTS = _verdicts() or [
    pytest.param("", "", "", marks=pytest.mark.skip(reason="../shared/antrea-configs is not beside this repository"))
]


@pytest.mark.parametrize(("name", "version", "error"), VERDICTS)
def test_antrea_itself_agrees(name: str, version: str, error: str) -> None:
    config = yaml.safe_load((CONFIGS / f"{name}.yaml").read_text(encoding="utf-8")) or {}
    found = catalogue(version)
    known = found.agent if name.startswith("agent-") else found.controller
    gates = found.agent_gates.keys() | found.controller_gates.keys()
    if (field := _UNKNOWN_FIELD.search(error)) is not None:
        assert [path for path in _leaves(config, known) if field[1] in path.split(".") and path not in known]
    elif (gate := _UNKNOWN_GATE.search(error)) is not None:
        assert gate[1] not in gates
    elif error == "":
        assert set(config.get("featureGates") or {}) <= gates
        # From 2.0 Antrea ignores keys that it does not know, so acceptance proves nothing there.
        if version.startswith("v1."):
            assert set(_leaves(config, known)) <= known.keys()


def _gates(found: Catalogue, component: str) -> Mapping[str, bool]:
    return found.agent_gates if component == "agent" else found.controller_gates


def _leaves(config: Mapping[str, Any], known: Mapping[str, str], prefix: str = "") -> Iterator[str]:
    """The dotted keys of a configuration; a mapping that is itself a key (the gates) counts as one."""
    for name, value in config.items():
        path = prefix + name
        if isinstance(value, dict) and known.get(path) != "gates":
            yield from _leaves(value, known, f"{path}.")
        else:
            yield path
