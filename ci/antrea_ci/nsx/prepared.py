"""What `nsx prepare` and `render` have made of phase 2 in a cluster repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from antrea_ci.yamlio import Value

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster
    from antrea_ci.nsx.certificate import PublicCertificate
    from antrea_ci.secrets import Secrets


class Variant(StrEnum):
    """How a cluster joins NSX; the fields of the bundle's CRD decide, never a version (DOMAIN 1.2)."""

    MANIFESTS = "manifests"
    CUSTOM_RESOURCE = "custom-resource"


@dataclass(frozen=True)
class PreparedNsx:
    """Phase 2 as it is committed; the Secret nsx-cert is never part of it.

    ``objects``: file name to manifest of rendered/nsx: what phase 2 adds to rendered/install, or has otherwise. With the
    variant ``custom-resource`` that is the whole AntreaInstall with its interworking fields (under the name that it has
    in rendered/install), and the Secret's namespace where nothing else makes it.
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
    """Reads rendered/nsx. Raises AntreaGitopsError where `nsx prepare` and `render` have not been run."""
    raise NotImplementedError


def nsx_secret(cluster: Cluster, secrets: Secrets, *, renewed: bool = False) -> dict[str, Value]:
    """The Secret nsx-cert, made in memory from ANTREA_GITOPS_NSX_TLS_CERT and _KEY (``renewed``: from ..._NEXT).

    Raises AntreaGitopsError where the two do not belong together, or are not of this cluster.
    """
    raise NotImplementedError
