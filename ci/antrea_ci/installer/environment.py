"""The environment of openshift-install: an allow-list (facts/installer.yaml), so that no stranger's variable counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from antrea_ci.installer.known import known

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster

_PRIVATE = 0o700
# Where AWS's tools look below HOME, and the variables that name other places.
_AWS_FILES = {"AWS_SHARED_CREDENTIALS_FILE": ".aws/credentials", "AWS_CONFIG_FILE": ".aws/config"}


def installer_environment(cluster: Cluster, environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The whole environment of the installer, from ours: paths, proxies, certificates, the override of the release
    image, and on a cloud its own variables. Logins in them are redacted from now on.

    HOME and TMPDIR are made below the work folder ``folder``, for what the installer leaves there is secret; the cache
    stays the user's, for it holds images of a gigabyte.
    """
    facts = known().environment
    ours = {name: environment[name] for name in (*facts["passed"], facts["override"]) if environment.get(name)}
    home, temporary = (_made(folder / name) for name in ("home", "tmp"))
    _learn(_logins_of_proxies(ours))
    return {
        **ours,
        **_of_platform(cluster.platform, environment),
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "XDG_CACHE_HOME": _cache(environment),
        "LC_ALL": "C",
    }


def ignored_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Variables of the installer that are set and not passed on, by name: the user may believe that they count."""
    facts = known().environment
    return tuple(sorted(name for name in environment if name.startswith(facts["own"]) and name != facts["override"]))


def _made(folder: Path) -> Path:
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    folder.chmod(_PRIVATE)
    return folder


def _cache(environment: Mapping[str, str]) -> str:
    given = environment.get("XDG_CACHE_HOME", "")
    return given if given.startswith("/") else str(_home(environment) / ".cache")


def _home(environment: Mapping[str, str]) -> Path:
    return Path(environment.get("HOME") or "~").expanduser()


def _of_platform(platform: str, environment: Mapping[str, str]) -> dict[str, str]:
    facts = known().environment["platforms"].get(platform)
    if facts is None:
        return {}
    found = {name: value for name, value in environment.items() if name.startswith(facts["prefix"])}
    _learn(value for name, value in found.items() if name in facts["secret"])
    beside = {name: _home(environment) / place for name, place in _AWS_FILES.items()} if platform == "aws" else {}
    return {**{name: str(path) for name, path in beside.items() if path.is_file()}, **found}


def _logins_of_proxies(variables: Mapping[str, str]) -> Iterator[str]:
    for value in variables.values():
        address = urlsplit(value) if "@" in value and "://" in value else None
        if address is not None and address.password:
            yield from {address.password, unquote(address.password)}


def _learn(secrets: Iterator[str] | list[str]) -> None:
    from antrea_ci import redaction

    redaction.learn(secrets)
