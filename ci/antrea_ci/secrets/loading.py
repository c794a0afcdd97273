"""Loads the secrets of a verb, all or none, and sees to it that nothing can print them afterwards."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from dataclasses import dataclass, field

from antrea_ci import redaction
from antrea_ci.errors import MissingRequirementError
from antrea_ci.model.effective import Cluster
from antrea_ci.redaction.parts import secrets_of
from antrea_ci.secrets.forms import examined
from antrea_ci.secrets.needs import AGE_IDENTITY, Need, needed
from antrea_ci.secrets.providers import Provider, provider_of
from antrea_ci.secrets.store import Secrets

# Verbs whose stdout is an answer, which a machine may read.
_ANSWERS = ("apply", "backup", "credentials", "images", "drift", "nsx-check")
_FIX = {
    "env": "put each into a variable of its name; in a pipeline it is a secret of the job's environment",
    "file": "put each into a file of its name",
    "sops": "add each with `sops {file}`",
}


@dataclass(frozen=True)
class _Read:
    """What was found for a need. ``fault`` says why it cannot be used, or is "" where nothing is wrong."""

    need: Need
    value: str | None = field(repr=False)
    parts: tuple[str, ...] = field(repr=False)
    fault: str


def load(cluster: Cluster, verb: str, environment: Mapping[str, str]) -> Secrets:
    """What ``verb`` needs and what of the optional is there. When this returns, redaction knows every value.

    In a pipeline of GitHub the values are masked first. Raises MissingRequirementError with everything
    that is missing or has the wrong form, without a value.
    """
    _leave_no_core()
    redaction.learn(part for secret in secrets_of(environment) for part in secret.parts)
    provider = provider_of(cluster, environment)
    read = [_read(need, cluster, provider, environment) for need in needed(cluster, verb)]
    values = {one.need.name: one.value for one in read if one.value is not None}
    if environment.get("GITHUB_ACTIONS") == "true":
        _mask(values, verb)
    redaction.learn(part for one in read for part in one.parts)
    if faults := [one for one in read if one.fault]:
        raise _error(faults, cluster)
    return Secrets(values)


def _leave_no_core() -> None:
    """What the system writes of a process that dies by a signal would hold every secret: of ours, and of each that we
    start from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _read(need: Need, cluster: Cluster, provider: Provider, environment: Mapping[str, str]) -> _Read:
    name = cluster.file.secrets.names.get(need.name, need.name)
    try:
        given = provider.get(name) or _from_environment(need.name, name, environment)
    except ValueError as fault:
        return _Read(need, None, (), f"{provider.where(name)} {fault}")
    if given is None or not given.strip():
        is_missing = not need.is_optional and not any(environment.get(other) for other in need.instead)
        return _Read(need, None, (), f"{provider.where(name)} is missing: {need.why}" if is_missing else "")
    found = examined(need.name, given)
    return _Read(need, found.value, found.parts, f"{provider.where(name)} {found.fault}" if found.fault else "")


def _from_environment(fixed: str, name: str, environment: Mapping[str, str]) -> str | None:
    """What other programs take from there too, and what opens the provider itself, wherever the others are kept."""
    return environment.get(name) if fixed == AGE_IDENTITY or fixed.startswith("AWS_") else None


def _mask(values: Mapping[str, str], verb: str) -> None:
    """Tells the runner, which reads commands from both outputs."""
    from antrea_ci.pipeline.mask import masks
    from antrea_ci.redaction.guard import print_unguarded

    print_unguarded(masks({**values, "GITHUB_ACTIONS": "true"}).lines, "stderr" if verb in _ANSWERS else "stdout")


def _error(faults: list[_Read], cluster: Cluster) -> MissingRequirementError:
    section = cluster.file.secrets
    lines = [f"{len(faults)} secret{'s' if len(faults) > 1 else ''} cannot be had:", *(one.fault for one in faults)]
    return MissingRequirementError(
        "\n    ".join(lines),
        why="the verb would fail in the middle",
        fix=f"{_FIX[section.provider].format(file=section.file)} (docs/guide.md, Secrets); other names can be told "
        "in cluster.yaml, `secrets.names`",
    )
