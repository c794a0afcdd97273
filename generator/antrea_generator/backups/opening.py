"""The vault of the repository that a verb is called in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import click

from antrea_ci import redaction
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.model.cluster import check_cluster
from antrea_ci.model.effective import Cluster
from antrea_ci.model.network import NetworkPlan
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets, age_identities, load
from antrea_ci.values import mapping_at, value_in_any_case
from antrea_ci.vault import Kind, Vault
from antrea_ci.yamlio import parse
from antrea_generator.session import Session


@dataclass(frozen=True)
class Opened:
    """A repository, its vault, and what opens backups."""

    session: Session
    cluster: Cluster
    secrets: Secrets
    vault: Vault

    @property
    def identities(self) -> Sequence[str]:
        return age_identities(self.secrets)


def opened(session: Session) -> Opened:
    """Raises FindingsError only where the files cannot be read: a backup must be had when other things are wrong."""
    redaction.guard_streams()
    cluster = _outline(ClusterRepo.at(session.directory))
    secrets = load(cluster, "backup", os.environ)
    return Opened(session, cluster, secrets, Vault.of(cluster, secrets))


def _outline(repo: ClusterRepo) -> Cluster:
    """The cluster without its networks: nothing in install-config.yaml is judged, its names alone are read."""
    document = parse(repo.cluster_file.read_bytes(), repo.name(repo.cluster_file))
    file, findings = check_cluster(document)
    if file is None:
        raise FindingsError(findings)
    if file.flavour == "kubernetes":
        names = (file.cluster.name, file.cluster.baseDomain) if file.cluster else ("", "")
        return Cluster(repo, file, document, *names, "kubernetes", -1, -1, NetworkPlan((), (), ()))
    path = repo.install_config_file
    if not path.is_file():
        raise FindingsError([Finding("install-config/missing", "is not there", location=Location(repo.name(path)))])
    config = parse(path.read_bytes(), repo.name(path)).value
    name, domain = (str(value_in_any_case(config, at) or "") for at in (("metadata", "name"), ("baseDomain",)))
    platform = next(iter(mapping_at(config, ("platform",))), "")
    return Cluster(repo, file, document, name, domain, platform, -1, -1, NetworkPlan((), (), ()))


def kind_of(text: str | None) -> Kind | None:
    return Kind(text) if text else None


def tell_unreached(vault: Vault) -> None:
    """Says on stderr that the remote was not asked, and what that means."""
    if vault.unreached:
        click.echo(f"warning: {vault.unreached}\n  why: only what this clone has is known", err=True)


def send(vault: Vault) -> None:
    """Sends what was proven, and whatever else waits; what is left waits on, and is said on stderr."""
    pushed = vault.push()
    if pushed.why:
        click.echo(f"warning: {pushed.why}\n  why: what was proven is known in this clone alone for now", err=True)
