"""``firewall``."""

from __future__ import annotations

import click

from antrea_ci.errors import AntreaGitopsError
from antrea_generator.session import Session


@click.command(epilog="Example: antrea-gitops firewall")
@click.pass_obj
def command(session: Session) -> int:
    """To come."""
    raise AntreaGitopsError(f"`firewall` of {session.folder} is to come")
