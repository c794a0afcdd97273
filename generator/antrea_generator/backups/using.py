"""`backup restore`, `drill` and `export`: what a backup is for."""

from __future__ import annotations

from pathlib import Path

import click

from antrea_ci.install.workdir import WorkDir
from antrea_ci.vault.drill import Drilled, drill
from antrea_ci.vault.export import export
from antrea_ci.vault.find import NEWEST, find
from antrea_ci.vault.restore import refuse_to_overwrite, restore
from antrea_ci.wording import count
from antrea_generator.backups.forms import print_json, snapshot_json
from antrea_generator.backups.opening import Opened, kind_of, send, tell_unreached


def restore_one(
    opened: Opened, name: str, kind: str | None, to: Path | None, *, force: bool, output_format: str
) -> int:
    """A folder in which the installation goes on."""
    cluster, vault = opened.cluster, opened.vault
    folder = (opened.session.directory / to).absolute() if to else WorkDir.of(cluster.name, cluster.base_domain).root
    refuse_to_overwrite(folder, force=force)
    snapshot = find(vault, name, kind_of(kind), with_state=True)
    tell_unreached(vault)
    done = restore(vault, snapshot, opened.identities, folder, force=force)
    if output_format == "json":
        print_json(
            {
                "snapshot": snapshot_json(snapshot),
                "folder": str(done.folder),
                "files": done.files,
                "state": done.has_state,
            }
        )
    else:
        click.echo(f"restored {snapshot.name} to {done.folder}: {count(done.files, 'file')}")
        if done.has_state:
            given = f" --work-dir {done.folder}" if to else ""
            click.echo(
                f"it holds secrets, in clear; next: antrea-gitops credentials{given}, destroy or install --resume"
            )
        else:
            click.echo("it holds no state of an installation, so neither `destroy` nor `install --resume` can use it")
    send(vault)
    return 0


def drill_one(opened: Opened, name: str, kind: str | None, *, output_format: str) -> int:
    """The newest, and the newest with an installation's state where that is another one."""
    vault = opened.vault
    chosen = [find(vault, name, kind_of(kind))]
    if name == NEWEST:
        chosen.append(find(vault, name, kind_of(kind), with_state=True))
    tell_unreached(vault)
    scratch = WorkDir.of(opened.cluster.name, opened.cluster.base_domain).root.parent
    chosen = list({one.name: one for one in chosen}.values())
    done = [drill(vault, snapshot, opened.identities, scratch) for snapshot in chosen]
    if output_format == "json":
        print_json({"drills": [_json(one) for one in done]})
    else:
        for one in done:
            _tell(one)
    send(vault)
    return int(any(one.problems for one in done))


def _json(one: Drilled) -> dict[str, object]:
    return {
        "snapshot": snapshot_json(one.snapshot),
        "restored": one.is_restored,
        "files": one.files,
        "rendered": one.rendered,
        "problems": list(one.problems),
    }


def _tell(one: Drilled) -> None:
    for problem in one.problems:
        click.echo(f"error: {one.snapshot.name}: {problem}")
    if one.is_restored:
        click.echo(
            f"restored {one.snapshot.name}: {count(one.files, 'file')}, {one.rendered} rendered anew, all as stored"
        )
    elif not one.problems:
        click.echo(f"not restored: {one.snapshot.name} was checked, and ANTREA_GITOPS_AGE_IDENTITY is not set")


def export_one(opened: Opened, name: str, kind: str | None, tar: Path, *, output_format: str) -> int:
    """The article's tar."""
    snapshot = find(opened.vault, name, kind_of(kind), with_state=True)
    tell_unreached(opened.vault)
    target = opened.session.directory / tar
    done = export(opened.vault, snapshot, opened.identities, target, opened.cluster.file.flavour)
    if output_format == "json":
        print_json(
            {
                "snapshot": snapshot_json(snapshot),
                "file": str(tar),
                "files": done.files,
                "secrets": done.has_secrets,
            }
        )
        return 0
    click.echo(f"wrote {tar}: {count(done.files, 'file')} of {snapshot.name}")
    if done.has_secrets:
        click.echo("it holds secrets, in clear: keys, and the passwords of the installation; only you can read it")
    else:
        click.echo("manifests/ holds only what was rendered: this backup has none of the installer's")
    return 0
