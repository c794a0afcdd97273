"""``nsx prepare``: what phase 2 needs, into this repository and into the secret store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.repo import ClusterRepo
from antrea_generator.output import formats
from antrea_generator.session import Session, existing

if TYPE_CHECKING:
    from antrea_ci.nsx.preparing import Preparation


@click.command(name="prepare")
@click.argument("archive", type=click.Path(path_type=Path), required=False)
@click.option("--csr", "by_authority", is_flag=True, help="Make a request for an authority instead of a certificate.")
@click.option("--renew", is_flag=True, help="Make a new key and certificate beside the present ones.")
@click.option(
    "--days", type=click.IntRange(1, 36500), default=3650, show_default=True, help="How long a certificate is valid."
)
@click.option(
    "--key-folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where key and certificate go with the provider env, outside of the repository.",
)
@formats
@click.pass_obj
def command(
    session: Session,
    archive: Path | None,
    *,
    by_authority: bool,
    renew: bool,
    days: int,
    key_folder: Path | None,
    output_format: str,
) -> int:
    """Prepare phase 2: take ARCHIVE, the vendor's antrea-interworking-VERSION.zip (also .tar.gz, or a folder).

    Its manifests are kept byte for byte in antrea/interworking; antrea/overlays/nsx makes them this cluster's, and
    rendered/nsx is what `nsx apply` will apply. Where the bundle's AntreaInstall has fields for NSX no archive is
    needed. A key never comes into the tree: it goes where cluster.yaml says that secrets are kept, or (provider env)
    into files outside. What is there is never overwritten, and the same command again changes nothing.

    \b
    Examples:
      antrea-gitops nsx prepare ~/Downloads/antrea-interworking-0.13.0.zip
      antrea-gitops nsx prepare --csr
      antrea-gitops nsx prepare --renew --days 730
    """
    from antrea_ci import redaction
    from antrea_ci.nsx.preparing import prepare
    from antrea_ci.nsx.proof import Wish
    from antrea_ci.wording import as_json

    redaction.guard_streams()
    repo = ClusterRepo.at(session.directory)
    source = existing(session.directory / archive) if archive else None
    done = prepare(repo, source, Wish(renew, by_authority, session.path(key_folder), days), os.environ)
    click.echo(as_json(_json(done)) if output_format == "json" else "\n".join(_lines(done)))
    return 0


def _lines(done: Preparation) -> Iterator[str]:
    yield from (f"wrote {name}" for name in done.changed)
    if not done.changed:
        yield "nothing in the repository changes"
    if done.unused:
        yield (
            f"{done.unused.name} was not read: the bundle's AntreaInstall has fields for NSX, so the operator joins "
            "the cluster, and no other manifests are needed"
        )
    elif done.lock:
        left_out = "; ".join(f"{name}: {reason}" for name, reason in done.lock.left_out)
        yield f"interworking {done.lock.version or 'of an unknown release'}" + (
            f"; not kept: {left_out}" if left_out else ""
        )
    proof = done.proof
    yield f"certificate: {proof.state}"
    if proof.certificate:
        one = proof.certificate
        yield f"  common name {one.common_name}, until {one.expires.date()}, SHA-256 {one.sha256}"
    yield from (f"  {name}: {where}" for name, where in proof.stored.items())
    if proof.note:
        yield f"  next: {proof.note}"
    yield "Next: commit, have it reviewed, then antrea-gitops nsx check"


def _json(done: Preparation) -> dict[str, object]:
    proof, lock = done.proof, done.lock
    one = proof.certificate
    return {
        "variant": done.variant.value,
        "clusterName": done.cluster.nsx_name,
        "archive": None
        if lock is None
        else {"name": lock.archive_name, "sha256": lock.archive_sha256, "version": lock.version},
        "unusedArchive": str(done.unused) if done.unused else None,
        "changed": list(done.changed),
        "certificate": None
        if one is None
        else {"commonName": one.common_name, "expires": one.expires.isoformat(), "sha256": one.sha256},
        "state": proof.state,
        "stored": dict(proof.stored),
        "request": done.cluster.repo.name(proof.request_file) if proof.request_file else None,
        "note": proof.note,
    }
