"""``update``: bring a newer version of the template into a cluster repository, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_generator.update.run import Request, Update

_CONFLICTS = 5


@click.command(epilog="Example: antrea-gitops update --to v0.2.0 --dry-run")
@click.option("--to", metavar="REF", help="A tag, branch or commit of the template; else its newest tag.")
@click.option("--template", metavar="SRC", help="Where the template is from now on: a Git URL, a clone, a Git bundle.")
@click.option("--data", "pairs", multiple=True, metavar="NAME=VALUE", help="An answer to change with this update.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--keep-conflicts", is_flag=True, help="Bring the result over with markers where there are conflicts.")
@formats
@click.pass_obj
def command(
    session: Session,
    *,
    to: str | None,
    template: str | None,
    pairs: tuple[str, ...],
    dry_run: bool,
    keep_conflicts: bool,
    output_format: str,
) -> int:
    """Update this repository to a newer version of its template.

    The last commit is updated in a clone, rendered and checked; only then are files here changed, and never committed.
    An answer that would change without being asked for is an error. Conflicts leave everything as it was: exit code 5.
    """
    from antrea_ci.repo import ClusterRepo
    from antrea_ci.wording import as_json
    from antrea_generator.update.run import Request, update

    request = Request(to, template, pairs, dry_run, keep_conflicts)
    done = update(ClusterRepo.at(session.directory), request)
    if output_format == "json":
        click.echo(as_json(done.as_json(is_written=not dry_run and (keep_conflicts or not done.conflicts))))
    else:
        _print(done, request)
    return _CONFLICTS if done.conflicts else 0


def _print(done: Update, request: Request) -> None:
    if not done.files and not done.conflicts:
        click.echo(f"nothing to do: this repository is at {done.after} of {done.source}")
        return
    click.echo(f"{done.before} → {done.after} of {done.source}")
    for note in done.notes:
        click.echo(f"  {note}")
    if done.diff:
        click.echo(f"\n{done.diff.rstrip()}\n")
    for conflict in done.conflicts:
        click.echo(conflict.as_text(), err=True)
    click.echo(_outcome(done, request))


def _outcome(done: Update, request: Request) -> str:
    from antrea_ci.wording import count

    files = count(len(done.files), "file")
    named = ", ".join(one.file for one in done.conflicts)
    if done.conflicts and not request.keep_conflicts:
        return f"conflicts in {named}: nothing was changed; `--keep-conflicts` brings them over with markers to resolve"
    if request.dry_run:
        return f"{files} would change; nothing was changed"
    if done.conflicts:
        return f"{files} changed; resolve the conflicts in {named}, then commit"
    return f"{files} changed; read `git diff`, then commit"
