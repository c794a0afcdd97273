"""``install``: from a reviewed commit to a running cluster."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.install.engine import Ended
    from antrea_ci.install.request import Request


@click.command(epilog="Example: antrea-gitops install --until ignition --skip-preflight vips,clock")
@click.option("--ref", default="HEAD", show_default=True, metavar="REF", help="The commit to install.")
@click.option(
    "--until",
    type=click.Choice(["manifests", "ignition", "cluster"]),
    default="cluster",
    show_default=True,
    help="Where to stop.",
)
@click.option(
    "--installer",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="This openshift-install instead of the one of tools.lock.yaml; its version must be the cluster's.",
)
@click.option(
    "--work-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where state and secrets are while it runs, instead of a folder below ~/.local/state.",
)
@click.option("--skip-preflight", default="", metavar="NAMES", help="Probes to leave out (a,b,c), or all; recorded.")
@click.option("--no-vault", is_flag=True, help="Keep the state on this machine only; recorded.")
@click.option("--resume", is_flag=True, help="Go on with an installation that was interrupted, also on another runner.")
@click.option("--dry-run", is_flag=True, help="Up to the installer view, without network, secrets and vault.")
@click.option("--any-commit", is_flag=True, help="Also a commit that is not on the install branch; recorded.")
@click.option("--any-version", is_flag=True, help="Also an installer of another version; recorded.")
@click.option("--steal-lease", is_flag=True, help="Take the lease from whoever holds it; recorded.")
@click.option(
    "--kubeconfig",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Plain Kubernetes: what opens the cluster, instead of ANTREA_GITOPS_KUBECONFIG or KUBECONFIG.",
)
@click.pass_obj
def command(
    session: Session,
    *,
    ref: str,
    until: str,
    installer: Path | None,
    work_dir: Path | None,
    skip_preflight: str,
    no_vault: bool,
    resume: bool,
    dry_run: bool,
    any_commit: bool,
    any_version: bool,
    steal_lease: bool,
    kubeconfig: Path | None,
) -> int:
    """Install the cluster from a commit: preflight, manifests, overlay, backup, ignition, cluster, verify, record.

    A plain Kubernetes cluster is there already, and gets Antrea: preflight, backup, apply, verify, record. Run it again
    as often as you like: what is there already is left as it is.
    """
    from antrea_ci import redaction
    from antrea_ci.install.request import Request, Until
    from antrea_ci.preflight import skipped

    redaction.guard_streams()
    request = Request(
        ref=ref,
        until=Until(until),
        installer=session.path(installer),
        work_dir=session.path(work_dir),
        skip_preflight=skipped(skip_preflight),
        no_vault=no_vault,
        resume=resume,
        dry_run=dry_run,
        any_commit=any_commit,
        any_version=any_version,
        steal_lease=steal_lease,
        kubeconfig=session.path(kubeconfig),
    )
    home = ClusterRepo.at(session.directory)
    return _dry_run(home, request) if dry_run else _install(home, request)


def _dry_run(home: ClusterRepo, request: Request) -> int:
    from antrea_ci.install.dry_run import dry_run

    seen = dry_run(home, request, os.environ)
    click.echo(f"{seen.commit[:12]} can be installed as far as can be told without network")
    click.echo(f"  {seen.remark}")
    return 0


def _install(home: ClusterRepo, request: Request) -> int:
    from antrea_ci.install.entrance import install
    from antrea_ci.installer import progress_for

    ended = install(home, request, os.environ, progress_for(sys.stderr))
    _tell(home, request, ended)
    return _unpushed(ended)


def _tell(home: ClusterRepo, request: Request, ended: Ended) -> None:
    from antrea_ci.install.again import Again

    again = Again.of(home, request)
    if ended.outcome == "installed":
        login = f"the cluster is installed; {again.credentials} gives its kubeconfig and console"
        click.echo(ended.note or login)
    elif ended.outcome == "handed-over":
        click.echo("the machines are yours to make and to start:")
        for line in ended.commands:
            click.echo(f"  {line}")
    else:
        click.echo(f"stopped after {request.until.value}, as asked; {again.resume} goes on")
    click.echo(f"report: {home.name(home.report / 'report.md')}")


def _unpushed(ended: Ended) -> int:
    if not ended.unpushed:
        return 0
    click.echo(f"error: a snapshot is only on this machine: {ended.unpushed}", err=True)
    click.echo("  fix: mend the backup remote, then `antrea-gitops backup create` pushes what is left", err=True)
    return 1
