"""``nsx check``: what keeps clusters from joining NSX, or will soon part them from it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.output import formats, report_file, write_report
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.findings import Finding


@click.command(name="check")
@click.argument("targets", nargs=-1, metavar="[REPO]...", type=click.Path(path_type=Path))
@click.option("--offline", is_flag=True, help="Ask neither the managers nor the registry.")
@click.option("--strict", is_flag=True, help="Exit 1 for warnings too.")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 120), default=5.0, show_default=True, help="How long to wait for an answer."
)
@formats
@report_file
@click.pass_obj
def command(
    session: Session,
    targets: tuple[Path, ...],
    *,
    offline: bool,
    strict: bool,
    seconds: float,
    output_format: str,
    report_to: Path | None,
) -> int:
    """Check phase 2: versions, name, certificate and its life, ports of every manager, image.

    The key is compared with the certificate where the secret is at hand. Ports are tried from this machine; the
    interworking pod may run on any node, so every node needs them. Of several repositories it is also said whether two
    have one name or one certificate.

    \b
    Examples:
      antrea-gitops nsx check
      antrea-gitops nsx check --offline --format json
      antrea-gitops nsx check clusters/*
    """
    from antrea_ci import redaction
    from antrea_ci.nsx.checking import shared_findings
    from antrea_ci.reports import report

    redaction.guard_streams()
    repos = {str(folder): ClusterRepo.at(session.directory / folder) for folder in targets or (Path(),)}
    wait = None if offline else seconds
    found = [finding for name, repo in repos.items() for finding in _of_one(repo, name if targets[1:] else "", wait)]
    if len(repos) > 1:
        found += shared_findings(repos)
    text = report(found, output_format, {})
    if text:
        click.echo(text)
    if report_to:
        write_report(session.directory / report_to, report(found, "json", {}))
    return int(any(finding.is_error or strict for finding in found))


def _of_one(repo: ClusterRepo, name: str, seconds: float | None) -> Sequence[Finding]:
    """``name`` is empty where there is no other repository."""
    from antrea_ci.nsx.checking import check_nsx
    from antrea_ci.nsx.probing import Outside

    found = check_nsx(repo, os.environ, Outside(seconds) if seconds else None)
    return [_below(finding, name) for finding in found] if name else found


def _below(finding: Finding, name: str) -> Finding:
    place = finding.location
    return replace(finding, location=replace(place, file=f"{name}/{place.file}")) if place.file else finding
