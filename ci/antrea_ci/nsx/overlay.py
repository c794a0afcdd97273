"""Writes the files of phase 2's overlays: what `generated/` holds, and the kustomization.yaml that people extend."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.errors import FindingsError
from antrea_ci.model.effective import Cluster
from antrea_ci.nsx import known
from antrea_ci.nsx.bootstrap import InnerConfigError, filled
from antrea_ci.nsx.custom_resource import cannot_fill, identity_lines, image_missing, of_custom_resource, variant_of
from antrea_ci.nsx.interworking import Interworking, is_certificate, load_interworking
from antrea_ci.nsx.prepared import Variant
from antrea_ci.nsx.workloads import image_patch
from antrea_ci.render.overlay import HEAD, noise_patches
from antrea_ci.render.phase2 import Phase2
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import mapping_at, text_at, texts_at
from antrea_ci.versions import kubernetes_minor
from antrea_ci.yamlio import Value, plain_dump, quoted, read_all

KUSTOMIZATION = "kustomization.yaml"
_SCHEMA = "# yaml-language-server: $schema=https://json.schemastore.org/kustomization.json\n"
_THEIRS = """\
# This file is yours to extend: add your own manifests to `resources` and your own patches below `patches`.
# `generated/` is written by `antrea-gitops render` from cluster.yaml; edits in there are lost.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
"""
_BASES = {Variant.MANIFESTS: "../../interworking", Variant.CUSTOM_RESOURCE: "../install"}


def their_kustomization(variant: Variant) -> bytes:
    """antrea/overlays/nsx/kustomization.yaml as it is first written."""
    return f"{_SCHEMA}{_THEIRS}resources:\n  - {_BASES[variant]}\ncomponents:\n  - generated\n".encode()


def removal_kustomization() -> bytes:
    """antrea/overlays/nsx-remove/kustomization.yaml as it is first written."""
    return f"{_SCHEMA}{_THEIRS}components:\n  - generated\n".encode()


def bases_of(variant: Variant, path: Path, shown: str) -> tuple[str, str, list[str]]:
    """The base that a variant's overlay needs, the one that it must not have, and the resources that it names."""
    other = next(base for one, base in _BASES.items() if one is not variant)
    documents, _ = read_all(path.read_bytes(), shown)
    resources = texts_at(documents[0].value if documents else None, ("resources",))
    return _BASES[variant], other, [resource.rstrip("/") for resource in resources]


def is_prepared(repo: ClusterRepo) -> bool:
    """Whether `nsx prepare` has been run here."""
    return (repo.nsx_overlay / KUSTOMIZATION).is_file()


def phase2(cluster: Cluster, bundle: Bundle) -> Phase2:
    """What `render` writes of phase 2: nothing before `nsx prepare`, nor of a cluster that does not join NSX.

    The way out stays as long as the vendor's files are there. Raises FindingsError with values that cannot be made.
    """
    repo = cluster.repo
    overlays: dict[Path, Path] = {}
    generated: dict[Path, Mapping[str, bytes]] = {}
    if is_prepared(repo) and cluster.file.nsx.enabled:
        overlays[repo.nsx_overlay] = repo.rendered_nsx
        generated[repo.nsx_overlay / "generated"] = nsx_files(cluster, bundle)
    if (repo.nsx_removal_overlay / KUSTOMIZATION).is_file() and (files := removal_files(cluster, bundle)):
        overlays[repo.nsx_removal_overlay] = repo.rendered_nsx_removal
        generated[repo.nsx_removal_overlay / "generated"] = files
    every = (repo.nsx_overlay / "generated", repo.nsx_removal_overlay / "generated")
    folders = (*every, repo.rendered_nsx, repo.rendered_nsx_removal)
    gone = (folder for folder in folders if folder not in generated and folder not in overlays.values())
    return Phase2(overlays, generated, tuple(folder for folder in gone if folder.is_dir()))


def nsx_files(cluster: Cluster, bundle: Bundle) -> dict[str, bytes]:
    """File name to content of antrea/overlays/nsx/generated/."""
    if variant_of(bundle) is Variant.CUSTOM_RESOURCE:
        return _component(*of_custom_resource(cluster, bundle))
    interworking = load_interworking(cluster.repo)
    image = cluster.file.images.interworking
    if image is None:
        raise FindingsError([image_missing(cluster)])
    return _component(*_of_manifests(cluster, interworking, image))


def removal_files(cluster: Cluster, bundle: Bundle) -> dict[str, bytes]:
    """File name to content of antrea/overlays/nsx-remove/generated/; empty where the vendor has no such job."""
    image = cluster.file.images.interworking
    if variant_of(bundle) is Variant.CUSTOM_RESOURCE or image is None or not cluster.repo.interworking.is_dir():
        return {}
    interworking = load_interworking(cluster.repo)
    if not interworking.removal:
        return {}
    patches = _image_patches(interworking.removal, image)
    resources = {known.text("archive", "removal"): _shipped(interworking, "removal")}
    return _component(resources, patches, noise_patches(interworking.removal))


def _component(resources: Mapping[str, str], patches: Mapping[str, str], inline: Iterable[str]) -> dict[str, bytes]:
    lines = ["apiVersion: kustomize.config.k8s.io/v1alpha1", "kind: Component"]
    lines += ["resources:", *(f"  - {name}" for name in sorted(resources))] if resources else []
    entries = [*(f"  - path: {name}" for name in sorted(patches)), *inline]
    lines += ["patches:" if entries else "patches: []", *entries]
    texts = {**resources, **patches, KUSTOMIZATION: "\n".join(lines) + "\n"}
    return {name: (HEAD + text).encode() for name, text in texts.items()}


def _of_manifests(
    cluster: Cluster, interworking: Interworking, image: str
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    told = [_told(cluster, item) for item in interworking.told]
    resources = {known.text("archive", "bootstrap"): "---\n".join(plain_dump(value) for value in told)}
    minor = kubernetes_minor(cluster.file.flavour, cluster.version)
    webhook = interworking.webhook if minor <= known.number("archive", "webhook_until") else ()
    if webhook:
        resources[known.text("archive", "webhook")] = _shipped(interworking, "webhook")
    patches = _image_patches((*interworking.join, *webhook), image)
    return resources, patches, [*noise_patches((*interworking.join, *webhook)), *_left_out(interworking.join)]


def _told(cluster: Cluster, item: BundleObject) -> dict[str, Value]:
    path = known.bootstrap_path()
    text = text_at(item.value, path)
    if item.kind != "ConfigMap" or not text:
        return item.value
    try:
        data: Value = {**mapping_at(item.value, ("data",)), known.text("bootstrap", "key"): filled(cluster, text)}
    except InnerConfigError as error:
        raise FindingsError([cannot_fill(item, path, error)]) from None
    return {**item.value, "data": data}


def _image_patches(objects: Iterable[BundleObject], image: str) -> dict[str, str]:
    found = {_file_name(item): image_patch(item, image) for item in objects}
    return {name: text for name, text in found.items() if text}


def _file_name(item: BundleObject) -> str:
    """A vendor's file may hold any name; one that Kubernetes does not take never leads out of the folder."""
    return re.sub(r"[^a-z0-9.-]", "-", f"{item.kind}-{item.name}".lower()) + ".yaml"


def _left_out(objects: Iterable[BundleObject]) -> Iterator[str]:
    """Patches for what must not be applied as it is shipped: the unfilled Secret, and data that a job will fill in."""
    for item in objects:
        if is_certificate(item):
            removal = (
                f"      $patch: delete\n      apiVersion: v1\n      kind: Secret\n{identity_lines(item, '      ')}"
            )
            yield f"{_target(item)}\n    patch: |-\n{removal}"
        elif (item.kind, item.name) == ("ConfigMap", known.text("cluster_id")) and item.value.get("data") is not None:
            yield f"{_target(item)}\n    patch: |-\n      - op: remove\n        path: /data"


def _target(item: BundleObject) -> str:
    return f"  - target:\n      kind: {quoted(item.kind)}\n      name: {quoted(item.name)}"


def _shipped(interworking: Interworking, what: str) -> str:
    """One of the vendor's files as it is, for an overlay that cannot name it where it lies."""
    return interworking.files[known.text("archive", what)].decode().replace("\r\n", "\n")
