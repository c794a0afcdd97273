"""`antrea-gitops tools install|list|lock`."""

from __future__ import annotations

from pathlib import Path

import click

from antrea_ci.errors import UsageError
from antrea_ci.repo import ClusterRepo
from antrea_ci.suggest import did_you_mean
from antrea_ci.tools.lock import LockedTool, ToolsLock, read_lock
from antrea_ci.tools.overview import ToolState, overview
from antrea_ci.wording import as_json
from antrea_generator.output import formats
from antrea_generator.session import Session


@click.group(name="tools")
def command() -> None:
    """Install, list or lock the external programs of tools.lock.yaml.

    They are kept in ~/.cache/antrea-gitops/tools (XDG_CACHE_HOME is respected). Outside of a cluster repository the
    versions that antrea-gitops ships hold.

    \b
    Example: antrea-gitops tools install kustomize
    """


@command.command(name="install")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.pass_obj
def install_command(session: Session, names: tuple[str, ...]) -> None:
    """Fetch the locked programs (all, or those named) into the folder of kept programs.

    An archive is used only if it has the checksum in tools.lock.yaml. kustomize is built by Go where its archive is out
    of reach. HTTPS_PROXY and NO_PROXY are respected. ANTREA_GITOPS_MIRROR names a base address that takes the place of
    scheme and host; `{host}` in it stands for the host that it replaces.

    \b
    Examples:
      antrea-gitops tools install
      ANTREA_GITOPS_MIRROR='https://mirror.example.com/{host}' antrea-gitops tools install openshift-install oc
    """
    from antrea_ci.tools.install import install_all

    lock = _lock(session)
    for tool, program in install_all(_chosen(lock, names)):
        click.echo(f"{tool.name} {tool.version}: {program}")


@command.command(name="list")
@formats
@click.pass_obj
def list_command(session: Session, output_format: str) -> None:
    """Print each locked program with the version found, where, and whether its checksum is known.

    \b
    Examples:
      antrea-gitops tools list
      antrea-gitops tools list --format json
    """
    states = overview(_lock(session))
    if output_format == "json":
        click.echo(as_json({"tools": [state.as_json() for state in states]}))
        return
    for state in states:
        click.echo(_line(state))


@command.command(name="lock")
@click.option("--openshift-version", metavar="X.Y.Z", help="Change openshift-install and oc to this version first.")
@click.option("--kustomize-version", metavar="vX.Y.Z", help="Change kustomize to this version first.")
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Trust this OpenPGP public key instead of Red Hat's release key, which is shipped.",
)
@click.pass_obj
def lock_command(
    session: Session, openshift_version: str | None, kustomize_version: str | None, key: Path | None
) -> None:
    """Write the checksums of the locked versions into tools.lock.yaml (needs network).

    OpenShift's come from the release's sha256sum.txt, whose signature is verified first. Those of the kustomize that
    antrea-gitops ships are known; another version's come from its release over https. On any failure nothing is
    written.

    \b
    Examples:
      antrea-gitops tools lock
      antrea-gitops tools lock --openshift-version 4.12.46
    """
    from antrea_ci.tools.relock import relock

    asked = {"openshift-install": openshift_version, "oc": openshift_version, "kustomize": kustomize_version}
    file = ClusterRepo.at(session.directory).tools_lock_file
    for tool in relock(file, {name: version for name, version in asked.items() if version}, key=key):
        click.echo(f"{tool.name} {tool.version}: {', '.join(tool.sha256)}")


def _lock(session: Session) -> ToolsLock:
    return read_lock(ClusterRepo(session.directory).tools_lock_file)


def _chosen(lock: ToolsLock, names: tuple[str, ...]) -> list[LockedTool]:
    for name in names:
        if name not in lock.tools:
            fix = f"choose among {', '.join(lock.tools)}"
            raise UsageError(f"{lock.file} names no program {name}{did_you_mean(name, lock.tools)}", fix=fix)
    return [lock.tools[name] for name in dict.fromkeys(names or lock.tools)]


def _line(state: ToolState) -> str:
    found = f"{state.found or 'unknown'} in {state.origin} ({state.path})" if state.path else "not found"
    checksum = "checksum known" if state.checksum else "no checksum (run `antrea-gitops tools lock`)"
    return f"{state.name} {state.version}: {found}; {checksum}"
