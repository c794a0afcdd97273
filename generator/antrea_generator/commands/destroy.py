"""``destroy``: remove the cluster that this repository installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.session import Session


@click.command(epilog="Example: antrea-gitops destroy --confirm ocp")
@click.option("--confirm", "typed", default="", metavar="NAME", help="The cluster's name; asked for on a terminal.")
@click.option(
    "--installer",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="This openshift-install instead of the one of tools.lock.yaml.",
)
@click.option(
    "--work-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the installation's state is, if it was named at its installation.",
)
@click.option("--nsx-gone", is_flag=True, help="NSX does not know the cluster any more; do not ask it.")
@click.option("--no-vault", is_flag=True, help="Neither restore from the vault nor keep a snapshot; recorded.")
@click.option("--any-version", is_flag=True, help="Also an installer of another version; recorded.")
@click.option("--steal-lease", is_flag=True, help="Take the lease from whoever holds it; recorded.")
@click.pass_obj
def command(
    session: Session,
    *,
    typed: str,
    installer: Path | None,
    work_dir: Path | None,
    nsx_gone: bool,
    no_vault: bool,
    any_version: bool,
    steal_lease: bool,
) -> int:
    """Remove the cluster: its state comes from this machine, from the vault, or from what installed.yaml recorded."""
    from antrea_ci import redaction
    from antrea_ci.install.destruction import DestroyRequest, destroy
    from antrea_ci.install.removal import refuse_to_destroy
    from antrea_ci.install.request import Request
    from antrea_ci.installer import progress_for

    redaction.guard_streams()
    home = ClusterRepo.at(session.directory)
    base = Request(
        installer=session.path(installer),
        work_dir=session.path(work_dir),
        no_vault=no_vault,
        any_version=any_version,
        steal_lease=steal_lease,
    )
    refuse_to_destroy(home)
    confirmed = typed or _asked()
    where = destroy(home, DestroyRequest(confirmed, base, nsx_gone), os.environ, progress_for(sys.stderr))
    click.echo(f"the cluster is destroyed; installed.yaml on {where} says so")
    return 0


def _asked() -> str:
    if not sys.stdin.isatty():
        return ""
    answer: object = click.prompt("Type the name of the cluster to destroy it", default="", show_default=False)
    return str(answer)
