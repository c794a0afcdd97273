"""`nsx prepare`: from cluster.yaml and the vendor's archive to overlay, rendered objects and certificate."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.bundle.contents import load_bundle
from antrea_ci.catalogue import completed
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree, replace_tree, write_atomically
from antrea_ci.findings import Finding
from antrea_ci.model.effective import Cluster, load
from antrea_ci.nsx.custom_resource import image_missing, variant_of
from antrea_ci.nsx.intake import Taken, take
from antrea_ci.nsx.interworking import load_interworking
from antrea_ci.nsx.lock import Lock, load_lock
from antrea_ci.nsx.overlay import KUSTOMIZATION, removal_kustomization, their_kustomization
from antrea_ci.nsx.prepared import Variant
from antrea_ci.nsx.proof import Proof, Wish, look, prove
from antrea_ci.nsx.values import value_findings
from antrea_ci.render.engine import render
from antrea_ci.render.kustomize import find_kustomize
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Preparation:
    """What `nsx prepare` did. ``changed``: the files that it wrote or removed, as messages name them.

    ``lock`` is of the archive that is in the repository now; ``unused`` is an archive that was named and not needed.
    """

    cluster: Cluster
    variant: Variant
    lock: Lock | None
    unused: Path | None
    changed: tuple[str, ...]
    proof: Proof


def prepare(repo: ClusterRepo, archive: Path | None, wish: Wish, environment: Mapping[str, str]) -> Preparation:
    """Prepares phase 2; the same again changes nothing. What is wrong is told before anything is written.

    Raises FindingsError, BundleError, UsageError, MissingRequirementError without kustomize or secrets' places.
    """
    kustomize = find_kustomize(repo)
    cluster = load(repo)
    bundle = load_bundle(repo, cluster.file.flavour)
    variant = variant_of(bundle)
    if errors := [finding for finding in completed(_missing(cluster)) if finding.is_error]:
        raise FindingsError(errors)
    taken = take(archive) if archive and variant is Variant.MANIFESTS else None
    if taken is None and variant is Variant.MANIFESTS:
        load_interworking(repo)
    looked = look(cluster, wish, environment)
    before = _state(repo)
    with _restored_on_failure(repo):
        _write_sources(repo, variant, taken)
        render(repo, kustomize, cluster).write()
    proof = prove(looked)
    unused = archive if variant is Variant.CUSTOM_RESOURCE else None
    return Preparation(cluster, variant, load_lock(repo), unused, _changes(before, _state(repo)), proof)


def _missing(cluster: Cluster) -> Iterator[Finding]:
    """What cluster.yaml has to say before anything can be prepared."""
    if not cluster.file.nsx.enabled:
        place = cluster.document.locate(("nsx",), key=True)
        fix = "write `nsx: {enabled: true, managers: [...]}` in cluster.yaml"
        yield Finding("nsx-check/disabled", "`nsx.enabled` is not true in cluster.yaml", location=place, fix=fix)
    if cluster.file.images.interworking is None:
        yield image_missing(cluster)
    if not cluster.file.nsx.managers:
        place = cluster.document.locate(("nsx",), key=True)
        yield Finding("nsx/manager", "no NSX manager is named", location=place)
    yield from value_findings(cluster)


def _write_sources(repo: ClusterRepo, variant: Variant, taken: Taken | None) -> None:
    if taken and read_tree(repo.interworking) != taken.tree:
        replace_tree(repo.interworking, taken.tree)
    _written_once(repo.nsx_overlay / KUSTOMIZATION, variant)
    removal = repo.nsx_removal_overlay / KUSTOMIZATION
    if variant is Variant.MANIFESTS and load_interworking(repo).removal and not removal.is_file():
        removal.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(removal, removal_kustomization())


def _written_once(path: Path, variant: Variant) -> None:
    """What people have changed stays; what was written for the other variant, and is untouched, becomes this one's."""
    others = {their_kustomization(one) for one in Variant if one is not variant}
    if not path.is_file() or path.read_bytes() in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, their_kustomization(variant))


@contextmanager
def _restored_on_failure(repo: ClusterRepo) -> Generator[None]:
    """The folders of phase 2 as they were, where something in them cannot be rendered."""
    folders = (repo.interworking, repo.nsx_overlay, repo.nsx_removal_overlay)
    before = {folder: (folder.is_dir(), read_tree(folder)) for folder in folders}
    try:
        yield
    except BaseException:
        for folder, (was_there, files) in before.items():
            if read_tree(folder) != files:
                replace_tree(folder, files)
            if not was_there and folder.is_dir():
                folder.rmdir()
        raise


def _state(repo: ClusterRepo) -> dict[str, bytes]:
    folders = (repo.bundle.parent, repo.rendered.parent, repo.firewall)
    found = {repo.name(folder / name): data for folder in folders for name, data in read_tree(folder).items()}
    if repo.readme_file.is_file():
        found[repo.name(repo.readme_file)] = repo.readme_file.read_bytes()
    return found


def _changes(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> tuple[str, ...]:
    return tuple(sorted(name for name in {*before, *after} if before.get(name) != after.get(name)))
