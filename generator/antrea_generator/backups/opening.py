"""The vault of the repository that a verb is called in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import click

from antrea_ci import redaction
from antrea_ci.catalogue import completed
from antrea_ci.errors import FindingsError
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.repo import ClusterRepo
from antrea_ci.secrets import Secrets, age_identities, load
from antrea_ci.vault import Kind, Vault
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
    repo = ClusterRepo.at(session.directory)
    cluster, findings = examine(repo)
    if cluster is None:
        raise FindingsError([finding for finding in completed(findings) if finding.is_error])
    secrets = load(cluster, "backup", os.environ)
    return Opened(session, cluster, secrets, Vault.of(cluster, secrets))


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
