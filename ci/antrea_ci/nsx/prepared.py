"""What `nsx prepare` and `render` have made of phase 2 in a cluster repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.yamlio import Value, parse

if TYPE_CHECKING:
    from pathlib import Path

    from antrea_ci.model.effective import Cluster
    from antrea_ci.nsx.certificate import PublicCertificate
    from antrea_ci.repo import ClusterRepo
    from antrea_ci.secrets import Secrets


class Variant(StrEnum):
    """How a cluster joins NSX; the fields of the bundle's CRD decide, never a version (DOMAIN 1.2)."""

    MANIFESTS = "manifests"
    CUSTOM_RESOURCE = "custom-resource"


@dataclass(frozen=True)
class PreparedNsx:
    """Phase 2 as it is committed; the Secret nsx-cert is never part of it.

    ``objects``: file name to manifest of rendered/nsx: what phase 2 adds to rendered/install, or has otherwise. By the
    custom resource that is the whole AntreaInstall with its fields for NSX (under the name that it has in
    rendered/install), and the Secret's namespace where nothing else makes it.
    ``removal``: file name to manifest of rendered/nsx-remove, the vendor's deregister job; empty where the archive has
    none and with the variant ``custom-resource``, where `enableInterworking: false` (the AntreaInstall of
    rendered/install) takes the cluster out of NSX.
    ``certificate``: the public part as it is committed; ``next_certificate``: the one that a renewal brings.
    ``archive_version``: of the interworking archive; None without one. ``images``: the interworking images, sorted.
    """

    variant: Variant
    objects: Mapping[str, Mapping[str, Value]]
    removal: Mapping[str, Mapping[str, Value]]
    certificate: PublicCertificate | None
    next_certificate: PublicCertificate | None
    archive_version: str | None
    images: tuple[str, ...]
    secret_namespace: str


def prepared(cluster: Cluster) -> PreparedNsx:
    """Reads what is committed (or not yet). Raises AntreaGitopsError where `nsx prepare` has not been run.

    Whether it is what the sources give is `check`'s to say."""
    from antrea_ci.bundle.contents import load_bundle
    from antrea_ci.nsx.custom_resource import secret_namespace, variant_of
    from antrea_ci.nsx.lock import load_lock

    repo = cluster.repo
    objects = _manifests(repo, repo.rendered_nsx)
    if not objects:
        raise AntreaGitopsError(
            "rendered/nsx holds no object, so phase 2 is not prepared",
            fix="run `antrea-gitops nsx prepare ARCHIVE`, have the change reviewed, and merge it",
        )
    bundle = load_bundle(repo, cluster.file.flavour)
    variant, lock = variant_of(bundle), load_lock(repo)
    return PreparedNsx(
        variant=variant,
        objects=objects,
        removal=_manifests(repo, repo.rendered_nsx_removal),
        certificate=_public(repo.nsx_certificate_file),
        next_certificate=_public(repo.next_nsx_certificate_file),
        archive_version=lock.version if lock and variant is Variant.MANIFESTS else None,
        images=tuple(sorted(set(_images(objects)))),
        secret_namespace=secret_namespace(bundle),
    )


def nsx_secret(cluster: Cluster, secrets: Secrets, *, renewed: bool = False) -> dict[str, Value]:
    """The Secret nsx-cert, made in memory from ANTREA_GITOPS_NSX_TLS_CERT and _KEY (``renewed``: from ..._NEXT).

    Raises AntreaGitopsError where the two do not belong together, are not of this cluster, or not what is committed.
    """
    from antrea_ci.bundle.contents import load_bundle
    from antrea_ci.nsx.custom_resource import secret_namespace
    from antrea_ci.nsx.secret import secret_of

    repo, end = cluster.repo, "_NEXT" if renewed else ""
    committed = _public(repo.next_nsx_certificate_file if renewed else repo.nsx_certificate_file)
    namespace = secret_namespace(load_bundle(repo, cluster.file.flavour))
    return secret_of(cluster.nsx_name, secrets, end, committed, namespace)


def _manifests(repo: ClusterRepo, folder: Path) -> dict[str, dict[str, Value]]:
    return {
        path.name: parse(path.read_bytes(), repo.name(path)).mapping
        for path in sorted(folder.glob("*.yaml"))
        if path.is_file()
    }


def _public(path: Path) -> PublicCertificate | None:
    from antrea_ci.nsx.certificate import public

    return public(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None


def _images(objects: Mapping[str, Mapping[str, Value]]) -> Iterator[str]:
    from antrea_ci.image_references import Form, images_in
    from antrea_ci.nsx.workloads import is_interworking

    for manifest in objects.values():
        for found in images_in(manifest):
            if found.form is Form.FIELD and (is_interworking(found.text) or found.path[-1] == "interworkingImage"):
                yield found.text
