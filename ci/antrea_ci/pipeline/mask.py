"""Keeps the environment's secrets out of a pipeline's log, as far as its host can do that."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.facts import facts
from antrea_ci.redaction.parts import SHORTEST, Secret, secrets_of
from antrea_ci.reports import command_value

_NAMES_ONLY = "GitLab masks a variable's value as a whole, never its parts: "


@dataclass(frozen=True)
class Masks:
    """What to print. ``lines`` hold secrets and are for the runner alone; ``remarks`` and ``error`` hold none."""

    lines: tuple[str, ...]
    remarks: tuple[str, ...]
    error: AntreaGitopsError | None = None


def masks(environment: Mapping[str, str]) -> Masks:
    """GitHub's commands for every part of every secret; for GitLab what it cannot mask; elsewhere nothing."""
    secrets = secrets_of(environment)
    if environment.get("GITHUB_ACTIONS") == "true":
        return Masks(tuple(_commands(secrets)), tuple(_too_short(secrets)), _faults(secrets))
    if environment.get("GITLAB_CI") == "true":
        return Masks((), tuple(_unmaskable(secrets)), _faults(secrets))
    return Masks((), ("nothing is masked: this is no pipeline of GitHub or GitLab",))


def _commands(secrets: Iterable[Secret]) -> Iterator[str]:
    told = (spelling for secret in secrets for part in secret.parts for spelling in _spellings(part))
    for text in dict.fromkeys(text for text in told if len(text) >= SHORTEST):
        yield f"::add-mask::{command_value(text)}"


def _spellings(part: str) -> Iterator[str]:
    """The part as it is, and as it stands inside JSON, an address and a Secret."""
    if len(part) < SHORTEST:
        return
    yield part
    yield json.dumps(part)[1:-1]
    yield json.dumps(part, ensure_ascii=False)[1:-1]
    yield quote(part, safe="", errors="replace")
    yield base64.b64encode(part.encode("utf-8", "surrogateescape")).decode()


def _too_short(secrets: Iterable[Secret]) -> Iterator[str]:
    for secret in secrets:
        if any(len(part.strip()) < SHORTEST for part in secret.parts):
            yield (
                f"{secret.variable}: a part has fewer than {SHORTEST} characters and is not masked alone, because "
                "every such text would go from the log; choose a longer one"
            )


def _unmaskable(secrets: Iterable[Secret]) -> Iterator[str]:
    shortest = facts("secret-variables")["gitlab_shortest"]
    assert isinstance(shortest, int)
    ours = [secret for secret in secrets if not secret.variable.startswith("CI_")]
    for secret in ours:
        value = secret.value
        if any(char.isspace() for char in value.strip()) or value != value.strip():
            yield (
                f"{secret.variable} cannot be masked by GitLab: it holds white space or several lines. Store it "
                "without (a pull secret as compact JSON), or as a variable of the type File"
            )
        elif len(value) < shortest:
            yield f"{secret.variable} cannot be masked by GitLab: it has fewer than {shortest} characters"
    if secrets:
        yield "GitLab masks nothing that a job learns later: secrets in files or of SOPS are redacted by antrea-gitops"
    parted = [secret.variable for secret in ours if len(secret.parts) > 1]
    if parted:
        yield f"{_NAMES_ONLY}what is inside of {', '.join(parted)} is left to antrea-gitops, which never prints it"


def _faults(secrets: Iterable[Secret]) -> AntreaGitopsError | None:
    faults = [f"{secret.variable} is no pull secret: {secret.fault}" for secret in secrets if secret.fault]
    if not faults:
        return None
    return AntreaGitopsError(
        "; ".join(faults),
        why="a part that cannot be told from the rest cannot be masked",
        fix='store it as it comes from console.redhat.com: {"auths": {"REGISTRY": {"auth": "BASE64"}}}',
    )
