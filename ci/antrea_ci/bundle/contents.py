"""What a bundle holds: its objects, the fields that its CRD knows, what it leaves open, and what is wrong with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from antrea_ci.bundle.choose import is_manifest
from antrea_ci.bundle.crd import required_fields, spec_schema
from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.images import (
    IMAGE_FIELDS,
    Placeholder,
    find_placeholders,
    version_of_archive,
    version_of_image,
)
from antrea_ci.bundle.lock import KUSTOMIZATION, LOCK, read_lock
from antrea_ci.bundle.nsx_cert import files_left_out
from antrea_ci.bundle.objects import BundleObject, read_objects
from antrea_ci.bundle.problems import find_problems
from antrea_ci.bundle.refusals import Parts, refuse_unusable
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree
from antrea_ci.findings import Finding, in_order
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import mapping_at, text_at


@dataclass(frozen=True)
class Bundle:
    """The vendor's files of one flavour, read.

    ``spec_fields``: what the supplied CRD knows below ``spec``, name to type (empty text where it names none);
    ``image_fields``: those of them that hold an image. ``operator_version`` is None where neither the operator's image,
    nor the archive's name, nor the custom resource's images tell it. ``phase1_files`` are the manifests that are
    installed with the cluster, in the order of their names; ``left_out`` are the others, each with the reason.
    """

    flavour: str
    files: Mapping[str, bytes]
    objects: tuple[BundleObject, ...]
    custom_resource: BundleObject
    crd: BundleObject
    operator: BundleObject
    spec_fields: Mapping[str, str]
    required_fields: tuple[str, ...]
    image_fields: tuple[str, ...]
    operator_version: str | None
    placeholders: tuple[Placeholder, ...]
    phase1_files: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    problems: tuple[Finding, ...]

    @property
    def images(self) -> dict[str, str]:
        """The custom resource's image fields that have a value."""
        spec = mapping_at(self.custom_resource.value, ("spec",))
        return {name: text for name in self.image_fields if (text := text_at(spec, (name,)))}


def read_bundle(files: Mapping[str, bytes], flavour: str, where: str, *, archive_name: str = "") -> Bundle:
    """Reads a bundle's files. ``where`` is the folder that messages name, ``archive_name`` may tell the version.

    Raises FindingsError with every reason why these files cannot be used; what can be mended later is in ``problems``.
    """
    return _read(tuple(sorted(files.items())), flavour, where, archive_name)


def load_bundle(repo: ClusterRepo, flavour: str) -> Bundle:
    """The bundle of a cluster repository. Raises BundleError if there is none, FindingsError if it cannot be used."""
    files = read_tree(repo.bundle)
    lock = files.pop(LOCK, None)
    files.pop(KUSTOMIZATION, None)
    where = repo.name(repo.bundle)
    if not files:
        raise BundleError(
            f"{where}: there is no bundle in this repository",
            fix="import the vendor's archive: antrea-gitops bundle import deploy.tar.gz",
        )
    bundle = read_bundle(files, flavour, where)
    version = _locked_version(lock)
    return dataclasses.replace(bundle, operator_version=version) if version else bundle


# One process may read hundreds of repositories that have the same bundle.
@lru_cache(maxsize=32)
def _read(items: tuple[tuple[str, bytes], ...], flavour: str, where: str, archive_name: str) -> Bundle:
    files = dict(items)
    objects = read_objects(files, where)
    parts = refuse_unusable(files, objects, flavour, where)
    left_out = files_left_out(objects)
    placeholders = find_placeholders(objects)
    spec = spec_schema(parts.crd, parts.custom_resource.api_version)
    fields = {name: text_at(value, ("type",)) for name, value in mapping_at(spec, ("properties",)).items()}
    listed = {item.file for item in objects} - {name for name, _ in left_out}
    empty = [name for name in files if is_manifest(name) and name not in {item.file for item in objects}]
    return Bundle(
        flavour=flavour,
        files=files,
        objects=objects,
        custom_resource=parts.custom_resource,
        crd=parts.crd,
        operator=parts.operator,
        spec_fields=fields,
        required_fields=required_fields(spec),
        image_fields=tuple(name for name in IMAGE_FIELDS if name in fields),
        operator_version=_operator_version(parts, archive_name),
        placeholders=placeholders,
        phase1_files=tuple(sorted(listed)),
        left_out=tuple(sorted([*left_out, *((name, "it holds no object") for name in empty)])),
        problems=tuple(in_order(find_problems(files, parts.custom_resource, objects, spec, where))),
    )


@lru_cache(maxsize=32)
def _locked_version(lock: bytes | None) -> str | None:
    try:
        return read_lock(lock, LOCK).operator_version if lock is not None else None
    except FindingsError:
        # verify_lock reports what is wrong with it.
        return None


def _operator_version(parts: Parts, archive_name: str) -> str | None:
    """From the operator's tag, the archive's name, or the custom resource's images, in this order."""
    operator = text_at(parts.operator.value, ("spec", "template", "spec", "containers", 0, "image"))
    spec = mapping_at(parts.custom_resource.value, ("spec",))
    told = version_of_image(operator) or version_of_archive(archive_name)
    # The interworking image has a version of its own.
    images = (text_at(spec, (name,)) for name in IMAGE_FIELDS if name != "interworkingImage")
    return told or next((version for image in images if (version := version_of_image(image))), None)
