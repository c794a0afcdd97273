"""``firewall report``: every rule that the cluster needs, in the form that a firewall takes."""

from __future__ import annotations

import click

from antrea_ci.errors import AntreaGitopsError
from antrea_generator.session import Session


@click.command(name="report", epilog="Example: antrea-gitops firewall report")
@click.pass_obj
def command(session: Session) -> int:
    """To come."""
    raise AntreaGitopsError(f"`firewall report` of {session.folder} is to come")
