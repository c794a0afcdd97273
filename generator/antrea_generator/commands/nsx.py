"""``nsx``."""

from __future__ import annotations

import click

from antrea_ci.errors import AntreaGitopsError
from antrea_generator.session import Session


@click.command(epilog="Example: antrea-gitops nsx")
@click.pass_obj
def command(session: Session) -> int:
    """To come."""
    raise AntreaGitopsError(f"`nsx` of {session.folder} is to come")
