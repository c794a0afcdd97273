"""Brings a vendor's archive into a cluster repository: all of it in one step, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.bundle.archive import read_archive
from antrea_ci.bundle.choose import choose_folder
from antrea_ci.bundle.contents import Bundle, read_bundle
from antrea_ci.bundle.lock import (
    KUSTOMIZATION,
    LOCK,
    Lock,
    LockedPlaceholder,
    digests,
    read_lock,
    write_kustomization,
    write_lock,
)
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree, replace_tree, sweep
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class ImportResult:
    """What an import did. ``folder`` is where in the archive the files were; ``before`` is the lock that was there.

    ``unchanged``: everything was there already, and nothing was written.
    """

    bundle: Bundle
    lock: Lock
    before: Lock | None
    folder: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: bool


def import_bundle(repo: ClusterRepo, source: Path, flavour: str) -> ImportResult:
    """Stores the flavour's files of ``source`` byte for byte, with their lock and kustomization.

    Raises BundleError or FindingsError before anything is written. A kill leaves the old folder or the new one.
    """
    archive = read_archive(source)
    chosen = choose_folder(archive, flavour)
    bundle = read_bundle(chosen.files, flavour, chosen.where, archive_name=chosen.where)
    lock = lock_of(bundle, archive.name, archive.sha256)
    new = {**chosen.files, LOCK: write_lock(lock), KUSTOMIZATION: write_kustomization(lock)}
    old = read_tree(repo.bundle)
    if new == old:
        sweep(repo.bundle.parent)
    else:
        replace_tree(repo.bundle, new)
    return _result(bundle, lock, chosen.folder, old, new)


def lock_and_kustomization(bundle: Bundle, archive_name: str, archive_sha256: str) -> dict[str, bytes]:
    """The two files that stand beside the vendor's, by name."""
    lock = lock_of(bundle, archive_name, archive_sha256)
    return {LOCK: write_lock(lock), KUSTOMIZATION: write_kustomization(lock)}


def lock_of(bundle: Bundle, archive_name: str, archive_sha256: str) -> Lock:
    """The lock of a bundle that came in this archive."""
    return Lock(
        archive_name=archive_name,
        archive_sha256=archive_sha256,
        flavour=bundle.flavour,
        operator_version=bundle.operator_version,
        image_fields=bundle.image_fields,
        placeholders=tuple(LockedPlaceholder(p.file, p.line, p.value) for p in bundle.placeholders),
        left_out=bundle.left_out,
        files=digests(bundle.files),
    )


def _result(
    bundle: Bundle, lock: Lock, folder: str, old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> ImportResult:
    ours = {LOCK, KUSTOMIZATION}
    before, after = old.keys() - ours, new.keys() - ours
    return ImportResult(
        bundle=bundle,
        lock=lock,
        before=_read_before(old.get(LOCK)),
        folder=folder,
        added=tuple(sorted(after - before)),
        removed=tuple(sorted(before - after)),
        changed=tuple(sorted(name for name in before & after if old[name] != new[name])),
        unchanged=old == new,
    )


def _read_before(data: bytes | None) -> Lock | None:
    try:
        return None if data is None else read_lock(data, LOCK)
    except FindingsError:
        # It is being replaced; what was wrong with it no longer matters.
        return None
