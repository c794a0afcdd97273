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
@click.option("--tool-version", metavar="X.Y.Z", default="", help="Change antrea-gitops to this version first.")
@click.option("--no-requirements", "locked", flag_value="programs", help="Leave requirements.txt alone.")
@click.option("--only-requirements", "locked", flag_value="requirements", help="Leave tools.lock.yaml alone.")
@click.pass_obj
def lock_command(
    session: Session,
    openshift_version: str | None,
    kustomize_version: str | None,
    key: Path | None,
    tool_version: str,
    locked: str | None,
) -> None:
    """Write the checksums of the locked versions into tools.lock.yaml and requirements.txt (needs network).

    OpenShift's come from the release's sha256sum.txt, whose signature is verified first. Those of the kustomize that
    antrea-gitops ships are known; another version's come from its release over https. On any failure nothing is
    written.

    requirements.txt, where there is one, then names antrea-gitops and all that it needs at exact versions with the
    sha256 of each of their files, so that pip takes nothing else. It comes from the package index that pip is
    configured for (PIP_INDEX_URL, PIP_FIND_LINKS, pip.conf), whose address is not written.

    \b
    Examples:
      antrea-gitops tools lock
      antrea-gitops tools lock --only-requirements --tool-version 0.2.0
      antrea-gitops tools lock --openshift-version 4.12.46
    """
    from antrea_ci.tools.relock import relock

    asked = {"openshift-install": openshift_version, "oc": openshift_version, "kustomize": kustomize_version}
    versions = {name: version for name, version in asked.items() if version}
    if locked == "requirements" and (versions or key):
        raise UsageError("--only-requirements locks no program", fix="leave out the options for programs")
    repo = ClusterRepo.at(session.directory)
    requirements = _requirements(repo, tool_version, wanted=locked != "programs")
    # Whatever can fail has been done before the first file is written.
    for tool in relock(repo.tools_lock_file, versions, key=key) if locked != "requirements" else ():
        click.echo(f"{tool.name} {tool.version}: {', '.join(tool.sha256)}")
    _write_requirements(repo, requirements)


def _requirements(repo: ClusterRepo, version: str, *, wanted: bool) -> str:
    """What requirements.txt shall hold; "" where it shall be left alone."""
    from antrea_ci.tools.requirements import locked_requirements

    file = repo.requirements_file
    if version and not (wanted and file.is_file()):
        raise UsageError("--tool-version is for requirements.txt", fix="make that file, without --no-requirements")
    return locked_requirements(file.read_text("utf-8"), version) if wanted and file.is_file() else ""


def _write_requirements(repo: ClusterRepo, text: str) -> None:
    from antrea_ci import files
    from antrea_ci.tools.requirements_file import entries

    if text:
        files.write_atomically(repo.requirements_file, text.encode())
        click.echo(f"{repo.requirements_file.name}: {len(entries(text))} packages, all with checksums")


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
