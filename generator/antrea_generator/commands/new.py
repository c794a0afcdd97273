"""``new``: make a cluster repository, whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from antrea_generator.session import Session, existing


@click.command(
    epilog="Example: antrea-gitops new ocp --data-file ocp.answers.yml --bundle deploy.tar.gz --defaults",
)
@click.argument("destination", metavar="DEST", type=click.Path(path_type=Path))
@click.option("--data-file", type=click.Path(dir_okay=False, path_type=Path), help="YAML file with answers.")
@click.option("--data", "pairs", multiple=True, metavar="NAME=VALUE", help="One answer; wins over the data file.")
@click.option("--bundle", type=click.Path(path_type=Path), help="The vendor's archive (or folder) to import.")
@click.option("--defaults", is_flag=True, help="Ask nothing: take the default for every answer that is not given.")
@click.option("--template", metavar="SRC", help="Another template: a Git URL or a folder.")
@click.option("--ref", help="The tag, branch or commit of that template.")
@click.pass_obj
def command(
    session: Session,
    destination: Path,
    *,
    data_file: Path | None,
    pairs: tuple[str, ...],
    bundle: Path | None,
    defaults: bool,
    template: str | None,
    ref: str | None,
) -> None:
    """Make a cluster repository in DEST: answers checked, bundle imported, rendered, checked, committed.

    On any failure DEST is left as it was. Without a terminal nothing is asked, as with --defaults.
    """
    from antrea_generator.answer_rules import read_answers
    from antrea_generator.new import make_repository

    at = session.directory
    made = make_repository(
        at / destination,
        read_answers(at / data_file if data_file else None, pairs),
        bundle=existing(at / bundle) if bundle else None,
        template=template,
        ref=ref,
        ask=not defaults and sys.stdin.isatty(),
    )
    for finding in made.warnings:
        click.echo(finding.as_text(), err=True)
    click.echo(f"made {destination}, commit {made.commit[:12]}")
    click.echo(f"next: read {destination / 'README.md'}, then `antrea-gitops -C {destination} doctor`")
