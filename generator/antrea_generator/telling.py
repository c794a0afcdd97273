"""How the verbs of ``images`` end: lines, findings, progress. Nothing here takes long to load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from antrea_ci.findings import Finding, Severity

if TYPE_CHECKING:
    from antrea_ci.reports import Json

OUTDATED = "rendered/ has other images than cluster.yaml, which counts here: run `antrea-gitops render`"

WITHOUT_LOGIN = "ANTREA_GITOPS_PULL_SECRET is not there: whether the nodes' login suffices was not looked at"


def judged(findings: Iterable[Finding], *, is_guess: bool) -> list[Finding]:
    """The findings as the catalogue completes them; where the platform is a guess, another one is a warning."""
    found = list(findings)
    if not found:
        return []
    from antrea_ci.catalogue import completed

    guessed = {"preflight/image-platform"} if is_guess else set[str]()
    return [
        replace(finding, severity=Severity.WARNING) if finding.rule in guessed else finding
        for finding in completed(found)
    ]


def tell(findings: Sequence[Finding], output_format: str, more: Mapping[str, Json], lines: Iterable[str]) -> int:
    """Prints ``lines`` and the findings, or everything as JSON; the exit code."""
    if output_format == "text":
        for line in lines:
            click.echo(line)
    if findings or output_format == "json":
        from antrea_ci.reports import report

        click.echo(report(findings, output_format, more))
    return int(any(finding.is_error for finding in findings))


def progress(text: str) -> None:
    """What begins, on standard error."""
    click.echo(text, err=True)
