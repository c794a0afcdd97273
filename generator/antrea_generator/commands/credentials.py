"""``credentials``: what opens the cluster, for whoever may have it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.repo import ClusterRepo
from antrea_ci.wording import as_json
from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.credentials import Credentials
    from antrea_ci.model.effective import Cluster


@click.command()
@click.option(
    "--kubeconfig",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the kubeconfig to this file instead of the one that this machine keeps for the cluster.",
)
@click.option("--force", is_flag=True, help="Replace a kubeconfig that is there and is another one.")
@click.option(
    "--work-dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The work folder of the installation, where it was named too.",
)
@click.option("--from-vault", is_flag=True, help="Take the vault's newest snapshot, also where a work folder is here.")
@formats
@click.pass_obj
def command(
    session: Session, file: Path | None, folder: Path | None, output_format: str, *, force: bool, from_vault: bool
) -> None:
    """Write the administrator's kubeconfig to a file of your own, and say where the console is.

    Both come from the work folder of the installation on this machine, else from the newest snapshot of the vault,
    which takes an identity (ANTREA_GITOPS_AGE_IDENTITY). The password of kubeadmin is printed on a terminal only, and
    never in a pipeline or in JSON.

    \b
    Examples:
      antrea-gitops credentials
      antrea-gitops credentials --kubeconfig ~/.kube/ocp --from-vault
    """
    from antrea_ci.credentials import default_file, write_kubeconfig
    from antrea_ci.model.effective import load

    cluster = load(ClusterRepo.at(session.directory))
    found = _found(cluster, session.path(folder), from_vault=from_vault)
    target = given.absolute() if (given := session.path(file)) else default_file(cluster)
    write_kubeconfig(cluster, found.kubeconfig, target, force=force)
    if output_format == "json":
        _print_json(cluster, found, target)
    else:
        _print(cluster, found, target)


def _found(cluster: Cluster, folder: Path | None, *, from_vault: bool) -> Credentials:
    from antrea_ci.credentials import of_folder, of_vault
    from antrea_ci.errors import UsageError
    from antrea_ci.install.workdir import WorkDir

    if cluster.file.flavour != "openshift":
        raise UsageError(
            "antrea-gitops did not make this cluster, which is plain Kubernetes, so it has no credentials of it",
            fix="ask whoever made the cluster for its kubeconfig",
        )
    work = WorkDir.of(cluster.name, cluster.base_domain, folder)
    found = None if from_vault else of_folder(work)
    return found or of_vault(cluster, work, os.environ)


def _print_json(cluster: Cluster, found: Credentials, target: Path) -> None:
    from antrea_ci.credentials import api_url, console_url

    urls = {"console": console_url(cluster), "api": api_url(cluster)}
    click.echo(as_json({"kubeconfig": str(target), **urls, "source": found.source}))


def _print(cluster: Cluster, found: Credentials, target: Path) -> None:
    from antrea_ci.credentials import api_url, console_url

    click.echo(f"Kubeconfig: {target}")
    click.echo(f"API:        {api_url(cluster)}")
    click.echo(f"Console:    {console_url(cluster)}")
    if not found.password:
        click.echo(f"note: {found.source} has no password of kubeadmin", err=True)
    elif _is_seen_by_a_person():
        click.echo(f"Login:      kubeadmin, {found.password}")
    else:
        click.echo("note: the password of kubeadmin is printed on a terminal only", err=True)


def _is_seen_by_a_person() -> bool:
    """A pipeline may give its jobs a terminal, and keeps what they print."""
    in_pipeline = os.environ.get("CI", "").lower() not in ("", "false", "0")
    return sys.stdout.isatty() and not in_pipeline
