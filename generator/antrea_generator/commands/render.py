"""``render``: write the overlays and rendered/, or compare them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.repo import ClusterRepo
from antrea_ci.wording import as_json
from antrea_generator.output import formats, processors, worst
from antrea_generator.session import Session


@dataclass(frozen=True)
class _Outcome:
    """What became of one repository: the files that changed (or would), or why it could not be rendered."""

    folder: Path
    changed: list[str]
    error: AntreaGitopsError | None


@click.command(epilog="Example: antrea-gitops render --check")
@click.argument("repositories", nargs=-1, metavar="[REPO]...", type=click.Path(file_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if anything would change.")
@click.option(
    "--no-download",
    is_flag=True,
    help="Exit 4 rather than fetch the kustomize of tools.lock.yaml: for a repository that is not trusted.",
)
@formats
@click.pass_obj
def command(
    session: Session, repositories: tuple[Path, ...], *, only_check: bool, no_download: bool, output_format: str
) -> int:
    """Write the generated/ folders of the overlays, rendered/, firewall/ and the README's values from their sources."""
    folders = [session.directory / folder for folder in repositories] or [session.directory]
    with ThreadPoolExecutor(processors()) as pool:
        outcomes = list(pool.map(partial(_render, only_check=only_check, allow_install=not no_download), folders))
    if output_format == "json":
        click.echo(as_json([_json(outcome) for outcome in outcomes]))
    else:
        for outcome in outcomes:
            _tell(outcome, named=len(outcomes) > 1, only_check=only_check)
    return worst(_exit_code(outcome, only_check=only_check) for outcome in outcomes)


def _exit_code(outcome: _Outcome, *, only_check: bool) -> int:
    return outcome.error.exit_code if outcome.error else int(only_check and bool(outcome.changed))


def _render(folder: Path, *, only_check: bool, allow_install: bool) -> _Outcome:
    from antrea_ci.render.engine import render
    from antrea_ci.render.kustomize import find_kustomize

    try:
        repo = ClusterRepo.at(folder)
        rendering = render(repo, find_kustomize(repo, allow_install=allow_install))
        return _Outcome(folder, rendering.stale() if only_check else rendering.write(), None)
    except AntreaGitopsError as error:
        return _Outcome(folder, [], error)


def _tell(outcome: _Outcome, *, named: bool, only_check: bool) -> None:
    prefix = f"{outcome.folder}: " if named else ""
    if outcome.error:
        click.echo(prefix + outcome.error.as_text(), err=True)
    elif only_check and outcome.changed:
        click.echo(f"{prefix}error: {_stale(len(outcome.changed))}", err=True)
        for name in outcome.changed:
            click.echo(f"  {name}", err=True)
        click.echo("  fix: run `antrea-gitops render` and commit what changes", err=True)
    else:
        for name in outcome.changed:
            click.echo(f"{prefix}wrote {name}")


def _stale(number: int) -> str:
    return "1 file is not what its sources give" if number == 1 else f"{number} files are not what their sources give"


def _json(outcome: _Outcome) -> dict[str, object]:
    from antrea_ci.errors import FindingsError

    findings = outcome.error.findings if isinstance(outcome.error, FindingsError) else ()
    return {
        "repository": str(outcome.folder),
        "changed": outcome.changed,
        "findings": [finding.as_json() for finding in findings],
        "error": outcome.error.message if outcome.error else "",
    }
