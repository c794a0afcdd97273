"""``report``: one page about the cluster, as a file that needs nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.page import Page

_STDOUT = "-"


@click.command(
    epilog="Examples: antrea-gitops report; antrea-gitops report --output - > ocp.html; "
    "antrea-gitops report --format json --output -"
)
@click.option(
    "--output",
    "output",
    metavar="FILE",
    help="Where the page goes; its folder is made, `-` is standard output. Default: report/cluster.html, and standard "
    "output for JSON.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["html", "json"]),
    default="html",
    show_default=True,
    help="json writes what the page says, for machines.",
)
@click.pass_obj
def command(session: Session, output: str | None, output_format: str) -> int:
    """Write one page about this cluster: networks, firewall, images, findings, history, backups, NSX.

    It is made from what this clone has, offline; the cluster is not asked. The page is one file that loads nothing,
    holds no secret, and is the same for the same repository. Findings are told in it, and do not decide the exit code.
    """
    from antrea_ci.page import gather
    from antrea_ci.repo import ClusterRepo
    from antrea_generator.output import write_output

    repo = ClusterRepo.at(session.directory)
    _learn_secrets()
    text = _written(gather(repo), output_format)
    if output == _STDOUT or (output is None and output_format == "json"):
        click.echo(text, nl=False)
        return 0
    path = session.directory / output if output else repo.report / "cluster.html"
    write_output(path, text.encode())
    click.echo(f"wrote {path if output else repo.name(path)}")
    return 0


def _learn_secrets() -> None:
    """None is read for the page; one that a person wrote into a file is not passed on by it."""
    import os

    from antrea_ci import redaction
    from antrea_ci.redaction.parts import secrets_of

    redaction.learn(part for secret in secrets_of(os.environ) for part in secret.parts)


def _written(page: Page, output_format: str) -> str:
    if output_format == "json":
        from antrea_ci.page import as_json
        from antrea_ci.wording import as_json as written

        return f"{written(as_json(page))}\n"
    from antrea_ci.page import document

    return document(page)
