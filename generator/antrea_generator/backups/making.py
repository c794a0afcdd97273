"""`backup create`, `prune` and `rekey`: what changes the vault."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from antrea_ci import __version__, vcs
from antrea_ci.errors import AntreaGitopsError, FindingsError, MissingRequirementError
from antrea_ci.install.workdir import WorkDir
from antrea_ci.repo import ClusterRepo
from antrea_ci.tools.lock import read_lock
from antrea_ci.vault import Contents, Kind, Pushed, Vault, contents_of
from antrea_ci.vault.prune import Decision, Pruned, plan, prune
from antrea_ci.vault.rekey import outdated, rekey
from antrea_ci.wording import count
from antrea_generator.backups.forms import about, bullets, print_json, pushed_json, snapshot_json
from antrea_generator.backups.opening import Opened


def create(opened: Opened, kind: str, work_dir: Path | None, *, public_only: bool, output_format: str) -> int:
    """Stores HEAD and the work folder, sends, and says so."""
    repo, vault = opened.cluster.repo, opened.vault
    commit = vcs.commit_of(repo.root, "HEAD")
    if commit is None:
        raise AntreaGitopsError(f"{repo.root} has no commit to back up", fix="commit the repository first")
    contents = contents_of(repo, commit, None if public_only else _work(opened, work_dir))
    if contents.secret and not vault.has_recipients:
        raise AntreaGitopsError(
            f"{count(len(contents.secret), 'secret file')} of the installation cannot be stored: backup.recipients in "
            "cluster.yaml is empty",
            why="they are never stored in clear",
            fix="add age public keys there (age-keygen makes one), or store the rest alone with --public-only",
        )
    if changed := _uncommitted(repo, commit, contents):
        click.echo(f"warning: {count(changed, 'file')} with changes that are not committed: not in it", err=True)
    snapshot = vault.store(Kind(kind), contents, commit=commit, versions=versions(repo))
    pushed = vault.push()
    snapshot = replace(snapshot, is_pushed=str(snapshot.name) in pushed.done if vault.remote else None)
    if output_format == "json":
        print_json({"snapshot": snapshot_json(snapshot), "remote": _address(vault), "pushed": pushed_json(pushed)})
    else:
        click.echo(f"stored {snapshot.name}: {about(snapshot)}")
        _tell(vault, pushed)
    return 0 if pushed.is_complete else _told_left(pushed)


def _uncommitted(repo: ClusterRepo, commit: str, contents: Contents) -> int:
    """How many files are not as in the commit. Git names those that were only touched as well, unless it may write its
    index, which is not ours."""
    changed = vcs.changed_files(repo.root, commit, None) or set()
    return sum(_content(repo.root / name) != contents.public.get(f"source/{name}") for name in changed)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:  # removed, or no file
        return None


def _work(opened: Opened, given: Path | None) -> WorkDir | None:
    """The folder of the installation, if there is one; one that was named must be there."""
    work = WorkDir.of(opened.cluster.name, opened.cluster.base_domain, given)
    if given and not work.root.is_dir():
        raise AntreaGitopsError(f"{given} is not there", fix="name the folder of the installation with --work-dir")
    return work if work.installer.is_dir() else None


def versions(repo: ClusterRepo) -> dict[str, str]:
    """Of this tool and of the locked programs."""
    return {"antrea-gitops": __version__} | {
        name: tool.version for name, tool in read_lock(repo.tools_lock_file).tools.items()
    }


def _address(vault: Vault) -> str | None:
    return vault.remote.address if vault.remote else None


def _tell(vault: Vault, pushed: Pushed) -> None:
    if vault.remote is None:
        click.echo("it is in this clone alone: cluster.yaml names no backup.remote")
    elif pushed.done:
        click.echo(f"sent {count(len(pushed.done), 'backup')} to {vault.remote.address}")


def _told_left(pushed: Pushed) -> int:
    left = count(len(pushed.left), "backup")
    click.echo(f"error: {left} not sent, in this clone alone: {pushed.why}", err=True)
    click.echo("  fix: the next `antrea-gitops backup create`, `verify` or `drill` sends it", err=True)
    return 1


def prune_all(opened: Opened, *, yes: bool, output_format: str) -> int:
    """Says what goes and why the rest stays; removes it with ``yes``."""
    from antrea_ci.installed_records import find_records

    records = find_records(opened.cluster.repo, opened.cluster.file.install.branch)
    if records.findings:
        raise FindingsError(records.findings)
    keep = opened.cluster.file.backup.keep
    decisions = plan(opened.vault, keep, records.binding.file if records.binding else None)
    pruned = prune(opened.vault, decisions) if yes else Pruned((), (), "")
    if output_format == "json":
        print_json(
            {
                "dryRun": not yes,
                "snapshots": [{"name": str(one.snapshot.name), "keep": list(one.reasons)} for one in decisions],
                "removed": [str(name) for name in pruned.removed],
                "left": [str(name) for name in pruned.left],
                "why": pruned.why,
            }
        )
    else:
        _tell_prune(decisions, yes=yes)
    if pruned.left:
        click.echo(f"error: {count(len(pruned.left), 'backup')} not removed: {pruned.why}", err=True)
    return int(bool(pruned.left))


def _tell_prune(decisions: list[Decision], *, yes: bool) -> None:
    going = [one for one in decisions if one.goes]
    bullets([f"keep   {one.snapshot.name!s:<38} {', '.join(one.reasons)}" for one in decisions if not one.goes])
    bullets([f"remove {one.snapshot.name}" for one in going])
    if not yes:
        click.echo(f"{count(len(going), 'backup')} would go; nothing was removed, that takes --yes")


def rekey_all(opened: Opened, *, output_format: str) -> int:
    """Encrypts anew what the present recipients cannot read, or others can."""
    vault = opened.vault
    if not vault.has_recipients:
        raise AntreaGitopsError("backup.recipients in cluster.yaml is empty", fix="add age public keys there")
    old = outdated(vault)
    if old and not opened.identities:
        raise MissingRequirementError(
            f"{count(len(old), 'backup')} cannot be encrypted anew: ANTREA_GITOPS_AGE_IDENTITY is not set",
            fix="put the identity of one of the old recipients into it",
        )
    done = rekey(vault, old, opened.identities)
    names = {str(before): str(after) for before, after in done.replaced.items()}
    if output_format == "json":
        print_json({"replaced": names, "left": [str(name) for name in done.left], "why": done.why})
    else:
        bullets([f"{before} -> {after}" for before, after in names.items()])
        click.echo(f"{count(len(names), 'backup')} encrypted anew for {count(len(vault.recipients), 'recipient')}")
    if done.left:
        click.echo(f"error: {count(len(done.left), 'old backup')} not removed: {done.why}", err=True)
    return int(bool(done.left))
