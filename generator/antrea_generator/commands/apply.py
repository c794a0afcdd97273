"""``apply``: carry what was merged to the living cluster, or tell where the two differ."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.apply.report import Story
    from antrea_ci.apply.request import Request

_PATH = click.Path(path_type=Path)


@click.command(epilog="Example: antrea-gitops apply --dry-run --kubeconfig ~/.kube/ocp")
@click.option("--dry-run", is_flag=True, help="Tell what would change, restart and wait, and change nothing.")
@click.option("--drift", "is_drift", is_flag=True, help="Only compare, by reading; exits with 1 if anything differs.")
@click.option("--ref", "--commit", default="HEAD", show_default=True, metavar="REF", help="The commit to bring there.")
@click.option("--kubeconfig", type=_PATH, metavar="FILE", help="The kubeconfig of the cluster.")
@click.option("--work-dir", type=_PATH, metavar="DIR", help="The folder of the installation, which has a kubeconfig.")
@click.option("--yes", is_flag=True, help="Do not ask; for pipelines.")
@click.option("--confirm", "typed", default="", metavar="NAME", help="The cluster's name, in place of --yes.")
@click.option("--prune", is_flag=True, help="Also delete what rendered/ no longer has; no namespace, CRD or resource.")
@click.option("--force-conflicts", is_flag=True, help="Take over fields that others own; recorded.")
@click.option("--outside-window", default="", metavar="REASON", help="Restart agents now, and why; recorded.")
@click.option("--timeout", type=click.FloatRange(min=1), default=1200, show_default=True, help="Seconds for each wait.")
@click.option("--any-commit", is_flag=True, help="Also a commit that is not on the install branch; recorded.")
@click.option("--no-vault", is_flag=True, help="Keep no snapshots; recorded.")
@click.option("--steal-lease", is_flag=True, help="Take the lease from whoever holds it; recorded.")
@formats
@click.pass_obj
def command(
    session: Session,
    *,
    dry_run: bool,
    is_drift: bool,
    ref: str,
    kubeconfig: Path | None,
    work_dir: Path | None,
    yes: bool,
    typed: str,
    prune: bool,
    force_conflicts: bool,
    outside_window: str,
    timeout: float,
    any_commit: bool,
    no_vault: bool,
    steal_lease: bool,
    output_format: str,
) -> int:
    """Bring the living cluster to what a commit renders: diff, restarts, window, question, server-side apply in order,
    waits, verify, record. What a running cluster cannot follow is refused. Interrupted, the same command goes on.
    """
    from antrea_ci import redaction
    from antrea_ci.apply.request import Request

    redaction.guard_streams()
    request = Request(
        ref=ref,
        kubeconfig=session.path(kubeconfig),
        work_dir=session.path(work_dir),
        dry_run=dry_run,
        prune=prune,
        force_conflicts=force_conflicts,
        yes=yes,
        typed=typed,
        outside_window=outside_window,
        timeout=timeout,
        any_commit=any_commit,
        no_vault=no_vault,
        steal_lease=steal_lease,
        ask=_ask if sys.stdin.isatty() else None,
    )
    home = ClusterRepo.at(session.directory)
    return (_drift if is_drift else _apply)(home, request, output_format)


def _apply(home: ClusterRepo, request: Request, form: str) -> int:
    from antrea_ci.apply.entrance import Audience, apply
    from antrea_ci.wording import as_json

    def on_plan(story: Story) -> None:
        if form == "text":
            click.echo(story.planned(), err=not request.dry_run)

    def on_end(story: Story) -> None:
        if form == "json":
            click.echo(as_json(story.as_json()))

    story = apply(home, request, os.environ, Audience(_say, on_plan, on_end))
    if form == "text" and not request.dry_run:
        _tell(home, story)
    return 0


def _tell(home: ClusterRepo, story: Story) -> None:
    from antrea_ci.wording import count

    if story.outcome == "unchanged":
        click.echo("nothing to do: no object differs, and Antrea is as it should be")
        return
    for warning in story.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(f"the cluster follows {story.commit[:12]}; {count(len(story.changed), 'object')} changed")
    click.echo("to go back:")
    for line in story.back:
        click.echo(f"  {line}")
    click.echo(f"report: {home.name(home.report / 'apply.md')}")


def _drift(home: ClusterRepo, request: Request, form: str) -> int:
    from antrea_ci.apply.entrance import drift
    from antrea_ci.diff.report_json import to_json
    from antrea_ci.diff.text import text
    from antrea_ci.wording import as_json

    found = drift(home, request, os.environ)
    click.echo(as_json(to_json([found.diff])) if form == "json" else text([found.diff]))
    return int(found.is_there)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _ask(question: str) -> str:
    answer: object = click.prompt(question, default="", show_default=False, err=True)
    return str(answer)
