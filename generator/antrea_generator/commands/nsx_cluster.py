"""``nsx apply``, ``nsx status``, ``nsx renew``, ``nsx remove``: phase 2 of a living cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.output import formats
from antrea_generator.session import Session

if TYPE_CHECKING:
    from antrea_ci.nsx.request import Request
    from antrea_ci.nsx.status import NsxStatus

P = ParamSpec("P")
R = TypeVar("R")
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


def _reaching(function: Callable[P, R]) -> Callable[P, R]:
    """How the cluster is reached."""
    options = (
        click.option("--kubeconfig", type=_FILE, metavar="FILE", help="The kubeconfig of the cluster."),
        click.option(
            "--work-dir", type=_FOLDER, metavar="DIR", help="The installation's folder, which has a kubeconfig."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _changing(function: Callable[P, R]) -> Callable[P, R]:
    """What all that changes something can be asked."""
    options = (
        click.option("--dry-run", is_flag=True, help="Tell what would be done, and change nothing."),
        click.option(
            "--confirm", "typed", default="", metavar="NAME", help="The cluster's name; asked for if not given."
        ),
        click.option("--timeout", type=click.FloatRange(1), metavar="SECONDS", help="For each wait; 900 if not given."),
        click.option("--any-commit", is_flag=True, help="Also a commit that is not on the install branch; recorded."),
        click.option("--force-conflicts", is_flag=True, help="Take over fields that others own; recorded."),
        click.option("--no-vault", is_flag=True, help="Keep no snapshot, and the lease on this machine; recorded."),
        click.option("--steal-lease", is_flag=True, help="Take the lease from whoever holds it; recorded."),
    )
    for option in reversed(options):
        function = option(function)
    return _reaching(function)


@click.command(name="apply")
@click.option("--yes", is_flag=True, help="Go on without being asked.")
@click.option("--create-identity", is_flag=True, help="Make the principal identity in NSX if it is not there.")
@click.option("--again", is_flag=True, help="Let the cluster leave NSX and join anew where a change needs that.")
@_changing
@formats
@click.pass_obj
def apply(session: Session, *, output_format: str, **options: object) -> int:
    """Join the cluster to NSX from a reviewed commit, or carry a merged change to a cluster that has joined.

    In the documented order: principal identity, namespace, Secret nsx-cert (from ANTREA_GITOPS_NSX_TLS_CERT and _KEY,
    in memory alone), configuration, register job, interworking Deployment, and the wait until NSX says that it is up.
    Twice is no harm: what the register job wrote stays, and it runs again for another image or configuration alone.

    \b
    Examples:
      antrea-gitops nsx apply --dry-run
      antrea-gitops nsx apply --create-identity --confirm ocp
    """
    from antrea_ci.nsx.applying import apply as run

    return _told(run(*_arguments(session, options)), output_format)


@click.command(name="renew")
@click.option("--yes", is_flag=True, help="Go on without being asked.")
@_changing
@formats
@click.pass_obj
def renew(session: Session, *, output_format: str, **options: object) -> int:
    """Bring the certificate that `nsx prepare --renew` made to NSX and to the cluster; the old one goes afterwards.

    Takes it from ANTREA_GITOPS_NSX_TLS_CERT_NEXT and _KEY_NEXT. Interrupted anywhere, the same command goes on. When it
    is done, store the pair under the names without _NEXT.

    \b
    Example: antrea-gitops nsx prepare --renew && antrea-gitops nsx renew --confirm ocp
    """
    from antrea_ci.nsx.renewing import renew as run

    return _told(run(*_arguments(session, options)), output_format)


@click.command(name="remove")
@click.option("--with-identity", is_flag=True, help="Remove the principal identity and its certificate too.")
@click.option("--cluster-gone", is_flag=True, help="The cluster is gone: remove what NSX still has of it.")
@_changing
@formats
@click.pass_obj
def remove(session: Session, *, output_format: str, **options: object) -> int:
    """Take the cluster out of NSX: the deregister job first, then the objects; asks for the cluster's name.

    With --cluster-gone nothing is asked of the cluster: NSX is told to forget it, unless it says that it is up.

    \b
    Examples:
      antrea-gitops nsx remove --confirm ocp
      antrea-gitops nsx remove --cluster-gone --with-identity --confirm ocp
    """
    from antrea_ci.nsx.leaving import remove as run

    if not options["typed"] and not options["dry_run"] and (ask := _asker()):
        options["typed"] = ask("Type the name of the cluster to take it out of NSX")
    return _told(run(*_arguments(session, options)), output_format, is_removed=True)


@click.command(name="status")
@_reaching
@formats
@click.pass_obj
def status(session: Session, *, kubeconfig: Path | None, work_dir: Path | None, output_format: str) -> int:
    """Say what the cluster and NSX say of each other; each fault with why and what to do. Written to report/nsx.json.

    What cannot be asked (no kubeconfig, no login of NSX) is unknown, and no fault.

    \b
    Examples:
      antrea-gitops nsx status
      antrea-gitops nsx status --kubeconfig ~/.kube/ocp --format json
    """
    from antrea_ci import redaction
    from antrea_ci.nsx.seeing import see

    redaction.guard_streams()
    home = ClusterRepo.at(session.directory)
    return _told(see(home, session.path(kubeconfig), session.path(work_dir), os.environ), output_format)


def _arguments(
    session: Session, options: Mapping[str, object]
) -> tuple[ClusterRepo, Request, Mapping[str, str], Callable[[str], None]]:
    from antrea_ci import redaction

    redaction.guard_streams()
    return ClusterRepo.at(session.directory), _request(session, options), os.environ, _say


def _request(session: Session, options: Mapping[str, object]) -> Request:
    from antrea_ci.nsx.request import TIMEOUT_SECONDS, Request

    def is_on(name: str) -> bool:
        return options.get(name) is True

    def path(name: str) -> Path | None:
        found = options.get(name)
        return session.path(found) if isinstance(found, Path) else None

    timeout = options.get("timeout")
    return Request(
        kubeconfig=path("kubeconfig"),
        work_dir=path("work_dir"),
        dry_run=is_on("dry_run"),
        yes=is_on("yes"),
        typed=str(options["typed"]),
        timeout=timeout if isinstance(timeout, float) else TIMEOUT_SECONDS,
        any_commit=is_on("any_commit"),
        no_vault=is_on("no_vault"),
        steal_lease=is_on("steal_lease"),
        force_conflicts=is_on("force_conflicts"),
        create_identity=is_on("create_identity"),
        again=is_on("again"),
        with_identity=is_on("with_identity"),
        cluster_gone=is_on("cluster_gone"),
        ask=_asker(),
    )


def _asker() -> Callable[[str], str] | None:
    if not sys.stdin.isatty():
        return None

    def ask(question: str) -> str:
        answer: object = click.prompt(question, default="", show_default=False, err=True)
        return str(answer)

    return ask


def _say(line: str) -> None:
    from antrea_ci import redaction

    click.echo(redaction.text(line), err=True)


def _told(found: NsxStatus | None, output_format: str, *, is_removed: bool = False) -> int:
    from antrea_ci.nsx.status import Joined
    from antrea_ci.wording import as_json

    if found is None:
        if output_format == "json":
            click.echo("null")
        return 0
    if output_format == "json":
        click.echo(as_json(found.as_json()))
    else:
        # What phase 2 lacks is no fault of a cluster that has left.
        has_left = is_removed and found.joined is Joined.NO
        click.echo("\n".join(found.as_text()[: 1 if has_left else None]))
    return 0 if found.succeeded or is_removed else 1
