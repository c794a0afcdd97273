"""Rules about the machine pools (validateControlPlane, validateCompute, ValidateMachinePool)."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.findings import Finding, Severity
from antrea_ci.install_config.config import Config, Steps
from antrea_ci.install_config.values import enumeration, listed, texts
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Value

_CONTROL_PLANE = ("controlPlane",)
_DEFAULT_ARCHITECTURE = "amd64"
_EDGE_SINCE = 13


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong with the pools, each and together."""
    if config.mapping(*_CONTROL_PLANE):
        yield from _control_plane(config)
        yield from _pool(config, _CONTROL_PLANE)
    yield from _compute(config)


def _control_plane(config: Config) -> Iterator[Finding]:
    name, replicas = config.text(*_CONTROL_PLANE, "name"), config.at(*_CONTROL_PLANE, "replicas")
    if name not in ("", "master"):
        message = f"is {name!r}; the installer names it `master` whatever stands here"
        path = (*_CONTROL_PLANE, "name")
        yield config.finding("control-plane-name", path, message, severity=Severity.WARNING, fix="write `name: master`")
    if not isinstance(replicas, int):
        return
    path = (*_CONTROL_PLANE, "replicas")
    if replicas == 0:
        yield config.finding("replicas", path, "is 0; a cluster needs a control plane", fix="write 3, or 1")
    elif replicas > 0 and replicas not in _supported(config):
        counts = enumeration(str(count) for count in sorted(_supported(config)))
        message = f"is {replicas}; supported are {counts}"
        yield config.finding("control-plane-size", path, message, severity=Severity.WARNING)


def _supported(config: Config) -> set[int]:
    larger = mapping_at(listed("pools", "larger_control_plane"), ())
    counts = _numbers(listed("pools", "supported_control_plane"))
    platforms, since = larger.get("platforms"), larger.get("since")
    covered = isinstance(platforms, list) and config.platform in platforms
    if covered and isinstance(since, int) and config.minor >= since:
        counts |= _numbers(larger.get("counts"))
    return counts


def _numbers(value: Value) -> set[int]:
    return {item for item in value if isinstance(item, int)} if isinstance(value, list) else set()


def _compute(config: Config) -> Iterator[Finding]:
    names: dict[str, int] = {}
    for index, item in enumerate(config.items("compute")):
        if not isinstance(item, dict):
            continue
        path = ("compute", index)
        yield from _compute_name(config, path, names)
        yield from _pool(config, path)
        yield from _same_architecture(config, path)


def _compute_name(config: Config, path: Steps, names: dict[str, int]) -> Iterator[Finding]:
    name = config.text(*path, "name")
    allowed = ["worker", "edge"] if config.platform == "aws" and config.minor >= _EDGE_SINCE else ["worker"]
    if not name and config.lacks(*path, "name"):
        yield config.finding("pool-name", (*path, "name"), config.absence(*path, "name"), fix="add `name: worker`")
    elif name and name not in allowed:
        message = f"is {name!r}; a compute pool is called {enumeration(allowed)}"
        fix = "make machine sets of your own after the installation" if name != "worker" else ""
        yield config.finding("pool-name", (*path, "name"), message, fix=fix)
    if name in names:
        message = f"is also the name of compute[{names[name]}]"
        yield config.finding("pool-twice", (*path, "name"), message)
    names.setdefault(name, int(path[-1]))


def _pool(config: Config, path: Steps) -> Iterator[Finding]:
    replicas = config.at(*path, "replicas")
    if isinstance(replicas, int) and replicas < 0:
        yield config.finding("replicas", (*path, "replicas"), f"is {replicas}; it must not be negative")
    for key in ("hyperthreading", "architecture"):
        value, allowed = config.text(*path, key), texts("pools", _FACT[key])
        if value and value not in allowed:
            yield config.finding(f"{key}", (*path, key), f"is {value!r}; it must be {enumeration(allowed)}")
    yield from _platform(config, path)


_FACT = {"hyperthreading": "hyperthreading", "architecture": "architectures"}


def _platform(config: Config, path: Steps) -> Iterator[Finding]:
    """Settings for another platform: refused, but for Nutanix, which the installer does not look at here."""
    for name in config.mapping(*path, "platform"):
        if config.platform and name != config.platform:
            severity = Severity.WARNING if name == "nutanix" else Severity.ERROR
            message = f"is for another platform; the cluster is on {config.platform}"
            where = (*path, "platform", name)
            fix = f"move its settings to `{config.platform}`, or remove them"
            yield config.finding("pool-platform", where, message, severity=severity, key=True, fix=fix)


def _same_architecture(config: Config, path: Steps) -> Iterator[Finding]:
    control, compute = (config.text(*pool, "architecture") or _DEFAULT_ARCHITECTURE for pool in (_CONTROL_PLANE, path))
    mixed = value_at(listed("pools", "mixed_architectures"), (config.platform,))
    if control == compute or (isinstance(mixed, int) and config.minor >= mixed):
        return
    message = f"is {compute}, the control plane's is {control}; they must be the same"
    yield config.finding("architectures-differ", (*path, "architecture"), message)
