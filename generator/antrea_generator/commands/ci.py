"""`antrea-gitops ci comment|mask|provenance|confirm|push`: what the pipelines of a cluster repository need."""

from __future__ import annotations

import os
from pathlib import Path

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.output import write_report
from antrea_generator.session import Session, existing

# With the mark Dependabot still rebases its pull request: what was rendered is rendered again.
_MESSAGE = "Render what follows from the changed versions [dependabot skip]"


@click.group(name="ci")
def command() -> None:
    """What the pipelines need: a comment on the pull request, masks, a record, a confirmation, a push.

    \b
    Example: antrea-gitops ci comment --report report --dry-run
    """


@command.command(name="comment")
@click.option(
    "--report",
    "report",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder with check.json and diff.json.",
)
@click.option("--dry-run", is_flag=True, help="Print the comment and post nothing; works outside of a pipeline too.")
@click.pass_obj
def comment_command(session: Session, report: Path, *, dry_run: bool) -> int:
    """Post the reports of `check` and `diff` as one comment on the pull request, or bring it up to date.

    The reports are taken for hostile: another job wrote them, which ran the pull request's code. Nothing else of DIR is
    read. A report that is missing or unusable is told in the comment; unusable ones, or none at all, exit with 1.

    \b
    On GitHub: GITHUB_TOKEN, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH or GITHUB_REF.
    On GitLab: ANTREA_GITOPS_GITLAB_TOKEN, CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID.

    \b
    Examples:
      antrea-gitops ci comment --report report
      antrea-gitops ci comment --report report --dry-run
    """
    from antrea_ci.diff.markdown import GITHUB_LIMIT
    from antrea_ci.pipeline.comment_text import comment, marker
    from antrea_ci.pipeline.comments import folder_in_repository, put
    from antrea_ci.pipeline.reported import read_reports
    from antrea_ci.pipeline.runs import current_run
    from antrea_ci.pipeline.target import thread

    folder = folder_in_repository(existing(session.directory))
    goal = None if dry_run else thread(os.environ)
    reports = read_reports(session.directory / report)
    text = comment(reports, folder, current_run(os.environ), goal.limit if goal else GITHUB_LIMIT)
    if goal is None:
        click.echo(text, nl=False)
    else:
        click.echo(f"{put(goal, marker(folder), text)} the comment on {goal.name}")
    for fault in reports.faults:
        click.echo(f"{'error' if reports.is_invalid else 'warning'}: {fault.as_text()}", err=True)
    return int(reports.is_invalid)


@command.command(name="mask")
def mask_command() -> int:
    """Keep every part of every secret in the environment out of the log.

    On GitHub it prints the commands that the runner takes masks from: of the pull secret each registry's login as a
    whole, decoded, and its password alone; also each line of a key. On GitLab it says which variables cannot be masked.
    Elsewhere it prints no secret.

    \b
    Example: antrea-gitops ci mask
    """
    from antrea_ci.pipeline.mask import masks

    found = masks(os.environ)
    for line in found.lines:
        click.echo(_printable(line))
    for remark in found.remarks:
        click.echo(f"warning: {remark}", err=True)
    if found.error:
        raise found.error
    return 0


def _printable(line: str) -> str | bytes:
    """A value may hold bytes that are no text, and has to reach the runner as it is."""
    return os.fsencode(line) if any("\ud800" <= char <= "\udfff" for char in line) else line


@command.command(name="provenance")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it there, not to the output.")
@click.pass_obj
def provenance_command(session: Session, output: Path | None) -> int:
    """Print a record of what this commit was made with, as JSON.

    Commit, template, tools with checksums and the versions found, bundle, digest of rendered/, and the pipeline's run:
    the same bytes for the same state, but for the run.

    \b
    Examples:
      antrea-gitops ci provenance
      antrea-gitops ci provenance --output report/provenance.json
    """
    from antrea_ci.pipeline.provenance import provenance
    from antrea_ci.wording import as_json

    target = (session.directory / output).resolve() if output else None
    text = as_json(provenance(ClusterRepo.at(session.directory), os.environ, target))
    if target:
        write_report(target, text)
    else:
        click.echo(text)
    return 0


@command.command(name="confirm")
@click.argument("name", required=False, default="", envvar="CONFIRM")
@click.pass_obj
def confirm_command(session: Session, name: str) -> int:
    """Exit with 1 unless NAME (or the variable CONFIRM) is the name of this repository's cluster.

    \b
    Examples:
      antrea-gitops ci confirm ocp
      CONFIRM=ocp antrea-gitops ci confirm
    """
    from antrea_ci.pipeline.confirm import confirm

    confirm(ClusterRepo.at(session.directory), name)
    return 0


@command.command(name="push")
@click.option(
    "--branch",
    default="",
    metavar="REF",
    help="The branch of the pull request; by default GITHUB_HEAD_REF or CI_MERGE_REQUEST_SOURCE_BRANCH_NAME.",
)
@click.option("--message", default=_MESSAGE, show_default=True, help="The message of the commit.")
@click.pass_obj
def push_command(session: Session, branch: str, message: str) -> int:
    """Commit what `render` changed and push it to the branch of the pull request.

    Refuses if anything else changed, or if the branch is not at the commit that is checked out. The login comes from
    GITHUB_TOKEN or ANTREA_GITOPS_GITLAB_TOKEN, for that host alone; without one, Git's own is used.

    \b
    Example: antrea-gitops ci push --branch renovate/kustomize-5.x
    """
    from antrea_ci.pipeline.push import push

    commit = push(ClusterRepo.at(session.directory), branch, message, os.environ)
    click.echo(f"pushed {commit}" if commit else "nothing to push: what `render` owns is committed already")
    return 0
