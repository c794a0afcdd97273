"""The vault of the repository that a verb is called in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import mapping_at, text_at, value_at, value_in_any_case
from antrea_ci.vault import Kind, Vault
from antrea_ci.vault.remote import VaultRemote
from antrea_ci.vault.store import Store
from antrea_ci.yamlio import Document, parse
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster
    from antrea_ci.secrets import Secrets


@dataclass(frozen=True)
class Opened:
    """A repository, its vault, and what opens backups."""

    session: Session
    cluster: Cluster
    secrets: Secrets
    vault: Vault

    @property
    def identities(self) -> Sequence[str]:
        from antrea_ci.secrets import age_identities

        return age_identities(self.secrets)


def opened(session: Session) -> Opened:
    """Raises FindingsError only where the files cannot be read: a backup must be had when other things are wrong."""
    from antrea_ci import redaction
    from antrea_ci.secrets import load

    redaction.guard_streams()
    cluster = _outline(ClusterRepo.at(session.directory))
    secrets = load(cluster, "backup", os.environ)
    return Opened(session, cluster, secrets, Vault.of(cluster, secrets))


def glanced(session: Session) -> Vault:
    """The vault, to be looked at alone: without the models of cluster.yaml, whose import takes longer than the look.

    Only a remote that is reached by https needs secrets, and so all the rest.
    """
    repo = ClusterRepo.at(session.directory)
    document = parse(repo.cluster_file.read_bytes(), repo.name(repo.cluster_file))
    address = value_at(document.value, ("backup", "remote"))
    if address is None:
        remote = None
    elif isinstance(address, str) and not address.startswith("https://"):
        remote = VaultRemote.of(repo.root, address, None)
    else:
        return opened(session).vault
    name, domain, _ = _names(repo, document)
    return Vault(Store(repo.root), f"{name}.{domain}".strip("."), remote)


def _outline(repo: ClusterRepo) -> Cluster:
    """The cluster without its networks: nothing in install-config.yaml is judged, its names alone are read."""
    from antrea_ci.model.cluster import check_cluster
    from antrea_ci.model.effective import Cluster
    from antrea_ci.model.network import NetworkPlan

    document = parse(repo.cluster_file.read_bytes(), repo.name(repo.cluster_file))
    file, findings = check_cluster(document)
    if file is None:
        raise FindingsError(findings)
    return Cluster(repo, file, document, *_names(repo, document), -1, -1, NetworkPlan((), (), ()))


def _names(repo: ClusterRepo, document: Document) -> tuple[str, str, str]:
    """Name, base domain and platform, from the file that owns them."""
    if text_at(document.value, ("flavour",)) == "kubernetes":
        name, domain = (text_at(document.value, ("cluster", key)) for key in ("name", "baseDomain"))
        return name, domain, "kubernetes"
    path = repo.install_config_file
    if not path.is_file():
        raise FindingsError([Finding("install-config/missing", "is not there", location=Location(repo.name(path)))])
    config = parse(path.read_bytes(), repo.name(path)).value
    name, domain = (str(value_in_any_case(config, at) or "") for at in (("metadata", "name"), ("baseDomain",)))
    return name, domain, next(iter(mapping_at(config, ("platform",))), "")


def kind_of(text: str | None) -> Kind | None:
    return Kind(text) if text else None


def tell_unreached(vault: Vault) -> None:
    """Says on stderr that the remote was not asked, and what that means."""
    if vault.unreached:
        click.echo(f"warning: {vault.unreached}\n  why: only what this clone has is known", err=True)


def send(vault: Vault) -> None:
    """Sends what was proven, and whatever else waits; what is left waits on, and is said on stderr.

    A remote that did not answer a moment ago, which was told, is not waited for again.
    """
    pushed = None if vault.unreached else vault.push()
    if pushed and pushed.why:
        click.echo(f"warning: {pushed.why}\n  why: what was proven is known in this clone alone for now", err=True)
