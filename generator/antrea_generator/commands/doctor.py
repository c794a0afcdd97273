"""`antrea-gitops doctor`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from antrea_ci.doctor import Report, Requirement, State, examine
from antrea_ci.errors import MissingRequirementError
from antrea_ci.wording import as_json
from antrea_generator.cli import cli
from antrea_generator.output import formats
from antrea_generator.session import Session

_WIDTH = max(len(state.value) for state in State)


@click.command(name="doctor")
@formats
@click.pass_context
def command(context: click.Context, output_format: str) -> None:
    """Say what this machine and this repository lack for each verb, and how to get it.

    Looks only: nothing is installed, nothing is fetched, no secret's value is read out. The exit code is 0 if the verbs
    that work offline (new, render, check) can run here, 4 if not.

    \b
    Examples:
      antrea-gitops doctor
      antrea-gitops -C clusters/ocp doctor --format json
    """
    session: Session = context.obj
    report = examine(session.directory, cli.list_commands(context))
    if output_format == "json":
        click.echo(as_json(report.as_json()))
    else:
        click.echo("\n".join(_lines(report)))
    if not report.core_ready:
        context.exit(MissingRequirementError.exit_code)


def _lines(report: Report) -> Iterator[str]:
    where = f"and the repository {report.repository}" if report.repository else "(not inside a cluster repository)"
    yield f"This machine {where}:"
    names = max(len(item.name) for item in report.requirements)
    for item in report.requirements:
        yield from _requirement(item, names)
    yield ""
    for title, ready in (("can run", True), ("cannot run", False)):
        verbs = [verb.verb for verb in report.verbs if verb.ready is ready]
        if verbs:
            yield f"{title}: {', '.join(verbs)}"


def _requirement(item: Requirement, names: int) -> Iterator[str]:
    yield f"  {item.state.value:{_WIDTH}}  {item.name:{names}}  {item.detail}"
    if item.fix:
        pad = " " * (_WIDTH + names + 6)
        yield f"{pad}for: {', '.join(item.verbs)}"
        yield f"{pad}fix: {item.fix}"
