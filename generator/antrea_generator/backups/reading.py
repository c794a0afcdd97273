"""`backup list`, `show` and `verify`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from antrea_ci.vault import Snapshot, Vault
from antrea_ci.vault.find import NEWEST, find
from antrea_ci.vault.model import written
from antrea_ci.vault.verify import Verified, verify
from antrea_ci.wording import count
from antrea_generator.backups.forms import about, bullets, line, print_json, snapshot_json
from antrea_generator.backups.opening import Opened, kind_of, send, tell_unreached


def list_all(vault: Vault, kind: str | None, *, offline: bool, output_format: str) -> int:
    """Every snapshot, a line each."""
    found = [one for one in vault.snapshots(offline=offline) if kind in (None, one.kind)]
    if output_format == "json":
        address = vault.remote.address if vault.remote else None
        print_json(
            {"remote": address, "unreached": vault.unreached, "snapshots": [snapshot_json(one) for one in found]}
        )
    else:
        for one in found:
            click.echo(line(one).rstrip())
        if not found:
            click.echo("no backup yet: antrea-gitops backup create")
    tell_unreached(vault)
    return 0


def show(opened: Opened, name: str, kind: str | None, *, output_format: str) -> int:
    """One snapshot with the names of its files."""
    vault = opened.vault
    one = find(vault, name, kind_of(kind))
    public = vault.public_files(one)
    if output_format == "json":
        print_json({"snapshot": snapshot_json(one), "publicFiles": sorted(public)})
    else:
        click.echo(f"{one.name}: {about(one)}")
        proof = f"{one.state.value} {written(one.proof.time)}"
        lines = [f"cluster: {one.cluster}", f"reference: {one.ref}", f"state: {proof}"]
        lines += [f"{program}: {version}" for program, version in sorted(one.versions.items())]
        lines += [f"readable for: {recipient}" for recipient in one.recipients]
        bullets([*lines, "public files:", *(f"  {file}" for file in sorted(public))])
    tell_unreached(vault)
    return 0


def verify_all(opened: Opened, names: Sequence[str], kind: str | None, *, output_format: str) -> int:
    """Reads them again; exit code 1 if anything is damaged."""
    vault = opened.vault
    if names:
        chosen = [_named(opened, name, kind) for name in names]
    else:
        chosen = [one for one in vault.snapshots() if kind in (None, one.kind)]
    tell_unreached(vault)
    found = verify(vault, chosen, opened.identities)
    if output_format == "json":
        print_json({"snapshots": [_json(one) for one in found]})
    else:
        _tell(found, has_identity=bool(opened.identities))
    send(vault)
    return int(any(one.problems for one in found))


def _named(opened: Opened, name: str, kind: str | None) -> Snapshot:
    """A damaged one can be named too, so it is not opened here."""
    known = {str(one.name): one for one in opened.vault.snapshots()}
    return known[name] if name in known and name != NEWEST else find(opened.vault, name, kind_of(kind))


def _json(one: Verified) -> dict[str, object]:
    return {
        "name": str(one.name),
        "ok": not one.problems,
        "files": one.files,
        "opened": one.is_opened,
        "problems": list(one.problems),
    }


def _tell(found: Sequence[Verified], *, has_identity: bool) -> None:
    for one in found:
        for problem in one.problems:
            click.echo(f"error: {one.name}: {problem}")
    good = [one for one in found if not one.problems]
    closed = [one for one in good if not one.is_opened]
    click.echo(f"{count(len(good), 'backup')} checked, {len(found) - len(good)} damaged")
    if closed:
        why = (
            "ANTREA_GITOPS_AGE_IDENTITY does not open them" if has_identity else "ANTREA_GITOPS_AGE_IDENTITY is not set"
        )
        click.echo(f"  the files inside the encrypted part of {len(closed)} were not compared: {why}")
