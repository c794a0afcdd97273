"""Snapshots as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from antrea_ci.vault import Pushed, Snapshot, State
from antrea_ci.vault.model import written
from antrea_ci.wording import as_json, count, size


def print_json(value: Mapping[str, object]) -> None:
    click.echo(as_json(value))


def snapshot_json(one: Snapshot) -> dict[str, object]:
    """What is known of a snapshot; of one that is only in the remote that is little."""
    return {
        "name": str(one.name),
        "kind": one.kind.value,
        "time": written(one.time),
        "id": one.id,
        "ref": one.ref,
        "object": one.object,
        "commit": one.commit,
        "cluster": one.cluster,
        "versions": dict(one.versions),
        "files": one.files,
        "encryptedBytes": one.secret_size,
        "recipients": list(one.recipients),
        "state": one.state.value,
        "stateTime": written(one.proof.time),
        "pushed": one.is_pushed,
        "local": one.is_local,
        "fault": one.fault,
    }


def pushed_json(pushed: Pushed) -> dict[str, object]:
    return {"done": list(pushed.done), "left": list(pushed.left), "why": pushed.why}


def line(one: Snapshot) -> str:
    """One line of the list."""
    state = one.state.value if one.state is State.STORED else f"{one.state.value} {one.proof.time:%Y-%m-%d}"
    where = {None: "here", True: "here, remote", False: "here only"}[one.is_pushed] if one.is_local else "remote"
    return f"{one.name!s:<38} {state:<19} {where:<13} {about(one)}"


def about(one: Snapshot) -> str:
    """Commit, files and size."""
    if one.fault:
        return f"damaged: {one.fault}"
    if not one.is_local:
        return ""
    secret = f", {size(one.secret_size)} encrypted for {len(one.recipients)}" if one.has_secrets else ""
    return f"commit {one.commit[:12]}, {count(one.files, 'file')}{secret}"


def bullets(lines: Sequence[str]) -> None:
    for text in lines:
        click.echo(f"  {text}")
