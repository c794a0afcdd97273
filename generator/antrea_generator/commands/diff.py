"""``diff``: what a change does to clusters, object by object, between a commit and another or the working tree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_generator.output import processors, report_file, write_report
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.diff.model import RepositoryDiff

_FORMATS = ("text", "markdown", "json")


@click.command(epilog="Example: antrea-gitops diff --base main --format markdown")
@click.argument("repositories", nargs=-1, metavar="[REPO]...", type=click.Path(file_okay=False, path_type=Path))
@click.option("--base", metavar="REF", help="Compare with this commit; else where HEAD left its target.")
@click.option("--head", metavar="REF", help="Compare this commit instead of the working tree.")
@click.option("--format", "output_format", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything of meaning differs.")
@report_file
@click.pass_obj
def command(
    session: Session,
    *,
    repositories: tuple[Path, ...],
    base: str | None,
    head: str | None,
    output_format: str,
    output: Path | None,
    exit_code: bool,
    report_to: Path | None,
) -> int:
    """Say which objects a change touches, how, and what that means for the cluster.

    Nothing is checked out, and the working tree is never touched. What cannot have changed is not rendered.
    """
    diffs = _compared(session, repositories, base, head)
    whole = f"The whole report is in {report_to}." if report_to else "The same call with `--format text` tells all."
    text = _written(diffs, output_format, whole)
    if output:
        write_report(session.directory / output, text)
    else:
        click.echo(text)
    if report_to:
        write_report(session.directory / report_to, _written(diffs, "json", ""))
    if output or output_format != "text":
        _tell_failures(diffs)
    failed = any(diff.error or diff.blocked or (exit_code and diff.has_meaning) for diff in diffs)
    return int(failed)


def _tell_failures(diffs: Sequence[RepositoryDiff]) -> None:
    """On stderr why the exit code is 1: a pipeline sends the report elsewhere, and its log would end without a word."""
    from antrea_ci.diff.visible import visible

    for diff in diffs:
        for reason in filter(None, (diff.error, diff.blocked)):
            name = f"{diff.repository}: " if len(diffs) > 1 else ""
            click.echo(visible(f"error: {name}{reason}"), err=True)


def _compared(
    session: Session, repositories: Sequence[Path], base: str | None, head: str | None
) -> list[RepositoryDiff]:
    from antrea_ci.diff.compare import compare

    def of(folder: Path) -> RepositoryDiff:
        name = str(folder) if repositories else ""
        return compare(session.directory / folder, base, head, name=name)

    folders = repositories or (Path(),)
    if len(folders) == 1:
        return [of(folders[0])]
    with ThreadPoolExecutor(2 * processors()) as pool:
        return list(pool.map(of, folders))


def _written(diffs: Sequence[RepositoryDiff], output_format: str, whole: str) -> str:
    if output_format == "json":
        from antrea_ci.diff.report_json import to_json
        from antrea_ci.wording import as_json

        return as_json(to_json(diffs))
    if output_format == "markdown":
        from antrea_ci.diff.markdown import GITHUB_LIMIT, GITLAB_LIMIT, markdown

        limit = GITLAB_LIMIT if os.environ.get("GITLAB_CI") else GITHUB_LIMIT
        return markdown(diffs, limit, whole).rstrip("\n")
    from antrea_ci.diff.text import text

    return text(diffs)
