"""``firewall report``: every rule that the cluster needs, in the form that a firewall takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.repo import ClusterRepo
from antrea_generator.output import processors, worst, write_report
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.firewall.current import Needs

_FORMATS = ("table", "csv", "json", "nftables", "terraform-nsx", "markdown")
_OF_ONE = ("nftables", "terraform-nsx")
_PHASES = ("install", "always", "phase2")


@dataclass(frozen=True)
class _Outcome:
    """What one repository, as it was named, needs; or why that cannot be told."""

    name: str
    needs: Needs | None
    error: AntreaGitopsError | None = None


@click.command(name="report", epilog="Example: antrea-gitops firewall report --format nftables --output ocp.nft")
@click.argument("repositories", nargs=-1, metavar="[REPO]...", type=click.Path(file_okay=False, path_type=Path))
@click.option("--format", "output_format", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option("--phase", "phases", multiple=True, type=click.Choice(_PHASES), help="Only rules of it; several add up.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there.")
@click.pass_obj
def command(
    session: Session, repositories: tuple[Path, ...], output_format: str, phases: tuple[str, ...], output: Path | None
) -> int:
    """Report what firewalls have to let through for the cluster, as it is configured.

    The phase says when: while it is installed, always, or once it joins NSX (phase2). Ends of which the cluster's files
    name no address, such as DNS servers, are called by what they are; `firewall.addresses` in cluster.yaml gives them
    addresses. nftables and terraform-nsx are whole files for one cluster.
    """
    if len(repositories) > 1 and output_format in _OF_ONE:
        raise UsageError(f"--format {output_format} is of one repository", fix="call it once for each")
    folders = repositories or (Path(),)
    outcomes = _outcomes(session, phases, folders)
    for outcome in outcomes:
        if outcome.error:
            prefix = f"{outcome.name}: " if len(outcomes) > 1 else ""
            click.echo(prefix + outcome.error.as_text(), err=True)
    text = _written([one for one in outcomes if one.needs], output_format, several=len(outcomes) > 1)
    if output and text:
        write_report(session.directory / output, text)
    elif text:
        click.echo(text)
    return worst(one.error.exit_code if one.error else 0 for one in outcomes)


def _outcomes(session: Session, phases: Sequence[str], folders: Sequence[Path]) -> list[_Outcome]:
    if len(folders) == 1:
        return [_outcome(session, phases, folders[0])]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(partial(_outcome, session, phases), folders))


def _outcome(session: Session, phases: Sequence[str], folder: Path) -> _Outcome:
    from dataclasses import replace

    from antrea_ci.firewall.current import needs

    try:
        found = needs(ClusterRepo.at(session.directory / folder))
    except AntreaGitopsError as error:
        return _Outcome(str(folder), None, error)
    chosen = tuple(rule for rule in found.rules if not phases or rule.phase in phases)
    return _Outcome(str(folder), replace(found, rules=chosen))


def _written(outcomes: Sequence[_Outcome], output_format: str, *, several: bool) -> str:
    """The report, without its last line break; empty where no repository could be read."""
    from antrea_ci.firewall.formats import Named, formatted

    found = [Named(one.name, one.needs.cluster, one.needs.rules) for one in outcomes if one.needs]
    return formatted(found, output_format, several=several).rstrip("\n")
