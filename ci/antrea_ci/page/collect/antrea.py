"""How Antrea is configured, in words, as the agents will read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from antrea_ci.antrea_catalogue import Catalogue, Component, catalogue
from antrea_ci.antrea_options.config import Config
from antrea_ci.facts import facts
from antrea_ci.findings import without_logins
from antrea_ci.firewall.configured import configured
from antrea_ci.inner_config import flatten
from antrea_ci.model.effective import Cluster
from antrea_ci.values import mapping_at, text_at
from antrea_ci.yamlio import Value

_MODES = (
    ("Encapsulation", "trafficEncapMode"),
    ("Tunnel", "tunnelType"),
    ("Encryption", "trafficEncryptionMode"),
)


@dataclass(frozen=True)
class Setting:
    """A setting by its name for people, its value, and what that means."""

    name: str
    value: str
    meaning: str = ""


@dataclass(frozen=True)
class Gate:
    """A feature gate that is not as the version has it by itself."""

    name: str
    is_on: bool


@dataclass(frozen=True)
class Antrea:
    """``further``: what cluster.yaml sets beside modes and gates, as dotted keys behind the program's name."""

    settings: tuple[Setting, ...]
    gates: tuple[Gate, ...]
    further: tuple[Setting, ...]
    is_rendered: bool


def antrea(cluster: Cluster, objects: Mapping[str, Value]) -> Antrea:
    """What the AntreaInstall among ``objects`` configures; without one, Antrea's defaults."""
    found = configured(cluster, objects)
    return Antrea(
        settings=tuple(_settings(found.agent)),
        gates=tuple(_gates(catalogue(found.version), found.agent, found.controller)),
        further=tuple(_further(cluster)),
        is_rendered=found.install is not None,
    )


def _settings(agent: Config) -> Iterator[Setting]:
    mode = agent.mode("trafficEncapMode")
    for name, key in _MODES:
        value = agent.mode(key)
        if key != "tunnelType" or mode in ("encap", "hybrid"):
            yield Setting(name, value or agent.text(key), text_at(facts("page"), ("meanings", key, value)))
    mtu = agent.number("defaultMTU")
    yield Setting("MTU", str(mtu) if mtu else "automatic", "" if mtu else "Antrea takes it from the nodes' interface.")


def _gates(known: Catalogue, agent: Config, controller: Config) -> Iterator[Gate]:
    usual = {**known.controller_gates, **known.agent_gates}
    for name, by_itself in sorted(usual.items()):
        is_on = (agent if name in known.agent_gates else controller).gates.get(name, by_itself)
        if is_on != by_itself:
            yield Gate(name, is_on)


def _further(cluster: Cluster) -> Iterator[Setting]:
    given: dict[Component, Mapping[str, object]] = {
        "agent": cluster.file.antrea.agent,
        "controller": cluster.file.antrea.controller,
    }
    for component, settings in given.items():
        for path, value in flatten(mapping_at(_plain(settings), ())).items():
            if path[0] != "featureGates":
                yield Setting(f"{component} {'.'.join(path)}", without_logins(json.dumps(value, ensure_ascii=False)))


def _plain(settings: Mapping[str, object]) -> Value:
    """The same as plain values."""
    read: Value = json.loads(json.dumps(settings))
    return read
