"""``bundle import`` and ``bundle show``: the vendor's operator bundle in this repository."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from antrea_ci.catalogue import completed
from antrea_ci.repo import ClusterRepo
from antrea_ci.wording import as_json
from antrea_generator.output import formats
from antrea_generator.session import Session, existing

if TYPE_CHECKING:
    from antrea_ci.bundle.contents import Bundle
    from antrea_ci.bundle.importer import ImportResult
    from antrea_ci.bundle.lock import Lock
    from antrea_ci.findings import Finding


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def command() -> None:
    """Import the vendor's operator bundle, or show the one that is there.

    \b
    Example: antrea-gitops bundle import deploy.tar.gz
    """


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@formats
@click.pass_obj
def import_(session: Session, source: Path, output_format: str) -> None:
    """Store the files of SOURCE that are for this repository's flavour, byte for byte, with their lock.

    SOURCE is the vendor's deploy.tar.gz (also .tar, .tgz, .tar.bz2, .tar.xz, .zip, or one inside another) or a folder.
    Nothing is written if anything is wrong with it. The same archive again changes nothing.

    \b
    Example: antrea-gitops bundle import ~/Downloads/deploy.tar.gz
    """
    from antrea_ci.bundle.importer import import_bundle
    from antrea_ci.model.cluster import read_flavour

    repo = ClusterRepo.at(session.directory)
    result = import_bundle(repo, existing(session.directory / source), read_flavour(repo))
    if output_format == "json":
        _print_json(_import_json(result))
    else:
        _print_import(repo, result)


@command.command()
@formats
@click.pass_obj
def show(session: Session, output_format: str) -> None:
    """Show the bundle: flavour, archive, version, objects, image fields, placeholders, problems.

    \b
    Example: antrea-gitops bundle show --format json
    """
    from antrea_ci.bundle.contents import load_bundle
    from antrea_ci.bundle.lock import load_lock, verify_lock
    from antrea_ci.model.cluster import read_flavour

    repo = ClusterRepo.at(session.directory)
    bundle = load_bundle(repo, read_flavour(repo))
    problems = [*verify_lock(repo), *bundle.problems]
    if output_format == "json":
        _print_json(_bundle_json(bundle, load_lock(repo), problems))
    else:
        _print_bundle(repo, bundle, load_lock(repo), problems)


def _print_json(value: object) -> None:
    click.echo(as_json(value))


def _print_import(repo: ClusterRepo, result: ImportResult) -> None:
    where = repo.name(repo.bundle)
    bundle, lock = result.bundle, result.lock
    if result.unchanged:
        click.echo(f"{where} already holds {lock.archive_name}; nothing was written")
    else:
        click.echo(f"Stored {len(lock.files)} files of {lock.archive_name}{_inside(result)} in {where}")
        _print_changes(result)
    _print_facts(bundle)
    for finding in completed(bundle.problems):
        click.echo(finding.as_text())
    if not result.unchanged:
        click.echo("Next: antrea-gitops render")


def _inside(result: ImportResult) -> str:
    return f" ({result.folder}/)" if result.folder else ""


def _print_changes(result: ImportResult) -> None:
    before, after = result.before, result.lock
    for title, names in (("added", result.added), ("removed", result.removed), ("changed", result.changed)):
        if names and before is not None:
            click.echo(f"  {title}: {', '.join(names)}")
    if before is None:
        return
    for title, old, new in (
        ("operator version", before.operator_version or "not told", after.operator_version or "not told"),
        ("image fields", ", ".join(before.image_fields), ", ".join(after.image_fields)),
        ("flavour", before.flavour, after.flavour),
    ):
        if old != new:
            click.echo(f"  {title}: {old} -> {new}")


def _print_facts(bundle: Bundle) -> None:
    click.echo(f"  version of the operator: {bundle.operator_version or 'the archive does not tell'}")
    click.echo(f"  image fields of its CRD: {', '.join(bundle.image_fields) or 'none'}")
    if bundle.placeholders:
        click.echo("  left open by the vendor; images are set by the overlay from cluster.yaml:")
    for item in bundle.placeholders:
        click.echo(f"    {item.file}:{item.line}: {item.value or '(empty)'} ({item.kind})")
    for name, reason in bundle.left_out:
        click.echo(f"  kept, but not installed with the cluster: {name}: {reason}")


def _print_bundle(repo: ClusterRepo, bundle: Bundle, lock: Lock | None, problems: list[Finding]) -> None:
    click.echo(f"Bundle in {repo.name(repo.bundle)}")
    click.echo(f"  flavour: {bundle.flavour}")
    if lock is not None:
        click.echo(f"  archive: {lock.archive_name} (sha256 {lock.archive_sha256})")
    _print_facts(bundle)
    click.echo("  objects:")
    for item in bundle.objects:
        click.echo(f"    {item.label} ({item.file})")
    click.echo("  problems:" if problems else "  problems: none")
    for finding in completed(problems):
        click.echo(finding.as_text())


def _import_json(result: ImportResult) -> dict[str, object]:
    before, after = result.before, result.lock
    return {
        "unchanged": result.unchanged,
        "folder": result.folder,
        "added": list(result.added),
        "removed": list(result.removed),
        "changed": list(result.changed),
        "before": None
        if before is None
        else {
            "archive": _archive_json(before),
            "operatorVersion": before.operator_version,
            "imageFields": list(before.image_fields),
        },
        **_bundle_json(result.bundle, after, list(result.bundle.problems)),
    }


def _archive_json(lock: Lock) -> dict[str, str]:
    return {"name": lock.archive_name, "sha256": lock.archive_sha256}


def _bundle_json(bundle: Bundle, lock: Lock | None, problems: list[Finding]) -> dict[str, object]:
    return {
        "flavour": bundle.flavour,
        "archive": None if lock is None else _archive_json(lock),
        "operatorVersion": bundle.operator_version,
        "imageFields": list(bundle.image_fields),
        "specFields": dict(bundle.spec_fields),
        "files": sorted(bundle.files),
        "objects": [
            {
                "apiVersion": item.api_version,
                "kind": item.kind,
                "namespace": item.namespace,
                "name": item.name,
                "file": item.file,
            }
            for item in bundle.objects
        ],
        "placeholders": [
            {"file": item.file, "line": item.line, "value": item.value, "kind": item.kind.value}
            for item in bundle.placeholders
        ],
        "leftOut": [{"file": name, "reason": reason} for name, reason in bundle.left_out],
        "problems": [finding.as_json() for finding in problems],
    }
