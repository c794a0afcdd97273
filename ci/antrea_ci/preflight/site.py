"""What every probe is told: the cluster, its install-config with the logins in it, and how the outside is reached."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from antrea_ci.findings import Finding, Location, Severity
from antrea_ci.install.injection import injected
from antrea_ci.install_config.config import Config
from antrea_ci.install_config.decode import decode
from antrea_ci.model.effective import Cluster
from antrea_ci.preflight.limits import Ports, limits
from antrea_ci.preflight.names import Resolve, by_system
from antrea_ci.secrets import Secrets


class NotApplicableError(Exception):
    """There is nothing to look at; the text says why."""


@dataclass(frozen=True)
class Means:
    """How the outside is reached. Tests have a resolver and ports of their own."""

    resolve: Resolve = by_system
    ports: Ports = field(default_factory=lambda: limits()["ports"])
    seconds: float = field(default_factory=lambda: limits()["seconds"]["all"])
    connect: float = field(default_factory=lambda: limits()["seconds"]["connect"])
    answer: float = field(default_factory=lambda: limits()["seconds"]["answer"])
    nobody: tuple[str, ...] = field(default_factory=lambda: tuple(limits()["vips"]["nobody"]))
    cache: Path = field(default_factory=lambda: _user_cache() / limits()["disk"]["cache"])


@dataclass(frozen=True)
class Site:
    """``config`` is None for a plain Kubernetes cluster; else it has the secrets in it and is never shown."""

    cluster: Cluster
    config: Config | None = field(repr=False)
    secrets: Secrets
    images: tuple[str, ...]
    work: Path
    means: Means

    @classmethod
    def of(cls, cluster: Cluster, secrets: Secrets, images: Sequence[str], work: Path, means: Means) -> Site:
        """What is known of ``cluster``, whose files ``check`` has found right."""
        return cls(cluster, _config(cluster, secrets), secrets, tuple(dict.fromkeys(images)), work, means)

    @property
    def domain(self) -> str:
        """``<name>.<base domain>``."""
        return f"{self.cluster.name}.{self.cluster.base_domain}"

    def openshift(self) -> Config:
        """The install-config; NotApplicableError for a plain Kubernetes cluster, which is not installed from here."""
        if self.config is None:
            raise NotApplicableError("a plain Kubernetes cluster has no install-config.yaml")
        return self.config

    def place(self, *path: str | int) -> Location:
        """Where ``path`` of install-config.yaml stands."""
        return self.config.locate(path) if self.config else Location()


Found: TypeAlias = Iterator[Finding]
ProbeFunction: TypeAlias = Callable[[Site], Found]


def error(rule: str, place: Location, message: str, *, why: str = "", fix: str = "") -> Finding:
    """What stops an installation. ``rule`` is the whole id; the catalogue has what stays empty."""
    return Finding(rule, message, location=place, why=why, fix=fix)


def warning(rule: str, place: Location, message: str, *, why: str = "", fix: str = "") -> Finding:
    """What may be right, or costs something later."""
    return Finding(rule, message, Severity.WARNING, place, why=why, fix=fix)


def minor_of(cluster: Cluster) -> int:
    """18 for OpenShift 4.18."""
    return int(cluster.version.split(".")[1])


def _config(cluster: Cluster, secrets: Secrets) -> Config | None:
    if cluster.file.flavour != "openshift":
        return None
    path = cluster.repo.install_config_file
    config = decode(path.read_bytes(), cluster.repo.name(path), minor_of(cluster), in_repository=True).config
    assert config is not None, "a cluster has been made of it"
    return replace(config, value=injected(dict(config.value), cluster, secrets))


def _user_cache() -> Path:
    """Where Go's os.UserCacheDir is, by which the installer goes."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 (never raises)
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    return Path(given) if given.startswith("/") else home / ".cache"
