"""`antrea-gitops backup create|list|show|verify|restore|prune|drill|rekey|export`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

from antrea_generator.output import formats
from antrea_generator.session import Session

P = ParamSpec("P")
R = TypeVar("R")
_KINDS = ("pre-install", "ignition", "metadata", "cluster", "post-install", "manual", "nightly", "pre-destroy")
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _kind_option(function: Callable[P, R]) -> Callable[P, R]:
    return click.option("--kind", type=click.Choice(_KINDS), help="Only backups of this kind.")(function)


@click.group(name="backup")
def command() -> None:
    """Versioned, encrypted backups in Git: of the commit, and of everything that the installer made.

    They lie in this clone's .git, below refs/antrea-gitops/, and in the repository that backup.remote of cluster.yaml
    names. The working tree and branches are never touched. Secret files are encrypted for backup.recipients;
    ANTREA_GITOPS_AGE_IDENTITY (an identity or the path of one) opens them, ANTREA_GITOPS_SECRET_BACKUP (user:token)
    logs in to an https remote.

    \b
    A backup is called
      stored    it was written
      checked   every byte was read again, and all digests agree
      restored  it was decrypted, restored and compared

    \b
    Example: antrea-gitops backup create && antrea-gitops backup drill
    """


@command.command(name="create")
@click.option("--kind", type=click.Choice(["manual", "nightly"]), default="manual", show_default=True)
@click.option("--work-dir", type=_FOLDER, metavar="DIR", help="The installation's folder; else this machine's.")
@click.option("--public-only", is_flag=True, help="Leave out the installer's files, which are secret.")
@formats
@click.pass_obj
def create_command(session: Session, kind: str, work_dir: Path | None, *, public_only: bool, output_format: str) -> int:
    """Store the last commit, and what the installer has made so far; send it to the remote.

    What could not be sent stays in this clone, is sent by the next `backup create`, and makes the exit code 1.

    \b
    Examples:
      antrea-gitops backup create
      antrea-gitops backup create --kind nightly --public-only --format json
    """
    from antrea_generator.backups import making, opening

    opened = opening.opened(session)
    return making.create(opened, kind, work_dir, public_only=public_only, output_format=output_format)


@command.command(name="list")
@_kind_option
@click.option("--offline", is_flag=True, help="Leave the remote alone.")
@formats
@click.pass_obj
def list_command(session: Session, kind: str | None, *, offline: bool, output_format: str) -> int:
    """List the backups of this clone and of the remote, from old to new, and what was proven of each.

    \b
    Examples:
      antrea-gitops backup list
      antrea-gitops backup list --kind post-install --format json
    """
    from antrea_generator.backups import opening, reading

    return reading.list_all(opening.glanced(session), kind, offline=offline, output_format=output_format)


@command.command(name="show")
@click.argument("snapshot", default="newest")
@_kind_option
@formats
@click.pass_obj
def show_command(session: Session, snapshot: str, kind: str | None, output_format: str) -> int:
    """Show one backup (default: the newest): what it belongs to, its files, who can read the secret ones.

    \b
    Examples:
      antrea-gitops backup show
      antrea-gitops backup show manual/20261126T031500Z-1f2e3d4c
    """
    from antrea_generator.backups import opening, reading

    return reading.show(opening.opened(session), snapshot, kind, output_format=output_format)


@command.command(name="verify")
@click.argument("snapshots", nargs=-1, metavar="[SNAPSHOT]...")
@_kind_option
@formats
@click.pass_obj
def verify_command(session: Session, snapshots: tuple[str, ...], kind: str | None, output_format: str) -> int:
    """Read every byte of the backups (default: all) and compare all digests; those of secret files with an identity.

    \b
    Examples:
      antrea-gitops backup verify
      ANTREA_GITOPS_AGE_IDENTITY=~/.config/age/ocp.key antrea-gitops backup verify newest
    """
    from antrea_generator.backups import opening, reading

    return reading.verify_all(opening.opened(session), snapshots, kind, output_format=output_format)


@command.command(name="restore")
@click.argument("snapshot", default="newest")
@_kind_option
@click.option("--to", type=_FOLDER, metavar="DIR", help="Restore to this folder; else the installation's own.")
@click.option("--force", is_flag=True, help="Replace what is there.")
@formats
@click.pass_obj
def restore_command(
    session: Session, snapshot: str, kind: str | None, to: Path | None, *, force: bool, output_format: str
) -> int:
    """Restore a backup (default: the newest that holds an installation's state) as a folder to work in.

    Afterwards `destroy`, `credentials` and `install --resume` work as before. The folder appears as a whole, for you
    alone, and never in place of another one without --force.

    \b
    Examples:
      antrea-gitops backup restore
      antrea-gitops backup restore --kind post-install --to /tmp/look
    """
    from antrea_generator.backups import opening, using

    opened = opening.opened(session)
    return using.restore_one(opened, snapshot, kind, to, force=force, output_format=output_format)


@command.command(name="prune")
@click.option("--yes", is_flag=True, help="Remove them; else it is only said what would go.")
@formats
@click.pass_obj
def prune_command(session: Session, *, yes: bool, output_format: str) -> int:
    """Remove backups that the rules of backup.keep in cluster.yaml let go, here and in the remote.

    Of each kind the newest stays, and what an installed cluster needs to be destroyed, whatever the rules say.

    \b
    Examples:
      antrea-gitops backup prune
      antrea-gitops backup prune --yes
    """
    from antrea_generator.backups import making, opening

    return making.prune_all(opening.opened(session), yes=yes, output_format=output_format)


@command.command(name="drill")
@click.argument("snapshot", default="newest")
@_kind_option
@formats
@click.pass_obj
def drill_command(session: Session, snapshot: str, kind: str | None, output_format: str) -> int:
    """Restore a backup (default: the newest) into a scratch folder, render its sources anew, compare, note the date.

    Without an identity the encrypted file is checked, and the backup is called not restored.

    \b
    Example: antrea-gitops backup drill
    """
    from antrea_generator.backups import opening, using

    return using.drill_one(opening.opened(session), snapshot, kind, output_format=output_format)


@command.command(name="rekey")
@formats
@click.pass_obj
def rekey_command(session: Session, output_format: str) -> int:
    """Encrypt anew, for the present backup.recipients, what was encrypted for others.

    Needs an identity that opens it. Each old backup is removed when the new one is stored and sent. Whoever could read
    the old ones may have done so: change the passwords that they hold as well.

    \b
    Example: antrea-gitops backup rekey
    """
    from antrea_generator.backups import making, opening

    return making.rekey_all(opening.opened(session), output_format=output_format)


@command.command(name="export")
@click.argument("snapshot", default="newest")
@_kind_option
@click.option("--tar", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE")
@formats
@click.pass_obj
def export_command(session: Session, snapshot: str, kind: str | None, tar: Path, output_format: str) -> int:
    """Write deploy/, manifests/ and install-config.yaml.tmp of a backup as a tar, as it was made by hand.

    \b
    Example: antrea-gitops backup export --kind pre-install --tar antrea-ocp.tar.gz
    """
    from antrea_generator.backups import opening, using

    return using.export_one(opening.opened(session), snapshot, kind, tar, output_format=output_format)
