"""The registries that a pull secret opens, found as container runtimes find them. The secret itself goes nowhere."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import cast

from antrea_ci.image_references import repository_of

VARIABLE = "ANTREA_GITOPS_PULL_SECRET"
_DOCKER_HUB = frozenset({"index.docker.io", "registry-1.docker.io", "docker.io"})


def covered_registries(text: str) -> frozenset[str] | None:
    """The registries, or paths in them, that a pull secret's ``auths`` name; None where ``text`` is no pull secret."""
    if not text:
        return None
    with suppress(ValueError):
        value = cast("object", json.loads(text))
        auths = cast("Mapping[str, object]", value).get("auths") if isinstance(value, dict) else None
        if isinstance(auths, dict):
            return frozenset(_registry(str(key)) for key in cast("Mapping[object, object]", auths))
    return None


def registries_at_hand(written: str) -> frozenset[str] | None:
    """What the pull secret in the environment (a value, or the path of a file) opens, else the one ``written`` here."""
    given = os.environ.get(VARIABLE, "").strip()
    if given and not given.startswith("{"):
        with suppress(OSError, UnicodeDecodeError):
            given = Path(given).read_text(encoding="utf-8")
    return covered_registries(given) or covered_registries(written)


def covers(registries: frozenset[str], image: str) -> bool:
    """Whether a pull of ``image`` has credentials: its whole path, a beginning of it, or its registry is named.

    source: containers/image pkg/docker/config ("the most specific key wins").
    """
    return any(name in registries for name in _names(image))


def login_for(text: str, image: str) -> tuple[str, str] | None:
    """User and password with which the pull secret ``text`` opens ``image``; None where it has none.

    An entry whose ``auth`` is not ``user:password`` in base64 counts as none.
    """
    with suppress(ValueError):
        value = cast("object", json.loads(text))
        auths = cast("Mapping[str, object]", value).get("auths") if isinstance(value, dict) else None
        if isinstance(auths, dict):
            entries = {_registry(str(key)): entry for key, entry in cast("Mapping[object, object]", auths).items()}
            entry = next((entries[name] for name in _names(image) if name in entries), None)
            auth = cast("Mapping[str, object]", entry).get("auth") if isinstance(entry, dict) else None
            user, colon, password = base64.b64decode(str(auth or "")).decode().partition(":")
            return (user, password) if colon else None
    return None


def with_login(text: str, registries: Iterable[str], login: tuple[str, str]) -> str:
    """The pull secret ``text`` as compact JSON that opens ``registries`` with ``login`` (user, password), too."""
    value = cast("dict[str, object]", json.loads(text))
    auths = value.get("auths")
    auth = base64.b64encode(":".join(login).encode()).decode()
    opened = dict(cast("Mapping[str, object]", auths) if isinstance(auths, dict) else {})
    value["auths"] = opened | {registry: {"auth": auth} for registry in registries}
    return json.dumps(value, separators=(",", ":"))


def _names(image: str) -> Iterator[str]:
    """The repository of ``image`` and everything above it, down to its registry."""
    name = repository_of(image)
    while name:
        yield name
        name = name.rpartition("/")[0]


def _registry(key: str) -> str:
    """A key without scheme and without the path of the old Docker API; Docker Hub under its one name."""
    name = key.partition("://")[2] or key
    host, _, path = name.strip("/").partition("/")
    host = "docker.io" if host in _DOCKER_HUB else host
    return f"{host}/{path}" if path and path not in ("v1", "v2") else host
