"""``check``: every finding about one or more cluster repositories."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import click

from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo
from antrea_generator.output import as_json, count, formats, processors
from antrea_generator.session import Session


@click.command(epilog="Example: antrea-gitops check --strict")
@click.argument("repositories", nargs=-1, metavar="[REPO]...", type=click.Path(file_okay=False, path_type=Path))
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@formats
@click.pass_obj
def command(session: Session, repositories: tuple[Path, ...], *, strict: bool, output_format: str) -> int:
    """Find what would fail the installation, in about a second and offline."""
    repos = [ClusterRepo.at(session.directory / folder) for folder in repositories or (Path(),)]
    with ThreadPoolExecutor(processors()) as pool:
        results = list(pool.map(_check, repos))
    names = [f"{folder}/" for folder in repositories] if len(repositories) > 1 else [""] * len(repos)
    findings = [_below(finding, name) for name, result in zip(names, results, strict=True) for finding in result]
    _tell(findings, output_format)
    return int(any(finding.is_error or strict for finding in findings))


def _check(repo: ClusterRepo) -> list[Finding]:
    from antrea_ci.checks import check

    return check(repo)


def _below(finding: Finding, name: str) -> Finding:
    place = finding.location
    return replace(finding, location=replace(place, file=name + place.file)) if place.file else finding


def _tell(findings: list[Finding], output_format: str) -> None:
    errors = sum(finding.is_error for finding in findings)
    warnings = len(findings) - errors
    if output_format == "json":
        summary = {"errors": errors, "warnings": warnings}
        click.echo(as_json({"findings": [finding.as_json() for finding in findings], "summary": summary}))
        return
    for finding in findings:
        click.echo(finding.as_text())
    if findings:
        click.echo(f"{count(errors, 'error')}, {count(warnings, 'warning')}")
