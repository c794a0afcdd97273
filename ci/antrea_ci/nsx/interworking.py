"""The vendor's interworking files, read: what joins the cluster, what it is told, what takes it out again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from antrea_ci.bundle.images import version_of_image
from antrea_ci.bundle.lock import KUSTOMIZATION
from antrea_ci.bundle.objects import BundleObject, read_objects
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree
from antrea_ci.findings import Finding, Location, in_order
from antrea_ci.nsx import known
from antrea_ci.nsx.lock import LOCK
from antrea_ci.nsx.workloads import images_of
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import mapping_at, text_at

_VENDOR = "get the vendor's archive again, or report this to the vendor"


@dataclass(frozen=True)
class Interworking:
    """``join``: the objects of interworking.yaml; ``told``: those that only bootstrap-config.yaml has, less the Secret.

    ``bootstrap`` is the one of them that holds bootstrap.conf. ``removal`` and ``webhook`` are empty where the archive
    has no such file. ``version`` is the tag of the interworking image; None where it is none.
    """

    files: Mapping[str, bytes]
    version: str | None
    join: tuple[BundleObject, ...]
    told: tuple[BundleObject, ...]
    bootstrap: BundleObject
    removal: tuple[BundleObject, ...]
    webhook: tuple[BundleObject, ...]

    @property
    def objects(self) -> tuple[BundleObject, ...]:
        return (*self.join, *self.told, *self.removal, *self.webhook)


def load_interworking(repo: ClusterRepo) -> Interworking:
    """The files of a cluster repository. Raises FindingsError if there are none, or they cannot be used."""
    files = read_tree(repo.interworking)
    files.pop(LOCK, None)
    files.pop(KUSTOMIZATION, None)
    where = repo.name(repo.interworking)
    if not files:
        message = f"{where}: the vendor's interworking files are not in this repository"
        raise FindingsError([Finding("nsx/archive-missing", message, location=Location(where))])
    return read_interworking(files, where)


def read_interworking(files: Mapping[str, bytes], where: str) -> Interworking:
    """Reads the files. ``where`` is the folder that messages name.

    Raises FindingsError with every reason why these files cannot be used.
    """
    return _read(tuple(sorted(files.items())), where)


@lru_cache(maxsize=32)
def _read(items: tuple[tuple[str, bytes], ...], where: str) -> Interworking:
    files = dict(items)
    objects = read_objects(files, where)
    by_file = {name: tuple(item for item in objects if item.file == name) for name in files}
    join, told = (by_file.get(known.text("archive", name), ()) for name in ("join", "bootstrap"))
    findings = [
        *_missing(files, where),
        *(finding for items in by_file.values() for finding in _twice(items)),
        *_defined_otherwise(join, told),
        *_filled(objects),
        *_no_bootstrap(files, told, where),
        *_no_image(join, where),
    ]
    if findings:
        raise FindingsError(in_order(findings))
    others = {item.identity for item in join}
    return Interworking(
        files=files,
        version=_version(join),
        join=join,
        told=tuple(item for item in told if item.identity not in others and not is_certificate(item)),
        bootstrap=next(item for item in told if _is_bootstrap(item)),
        removal=by_file.get(known.text("archive", "removal"), ()),
        webhook=by_file.get(known.text("archive", "webhook"), ()),
    )


def is_certificate(item: BundleObject) -> bool:
    """Whether it is the Secret that holds the cluster's certificate and key."""
    return item.kind == "Secret" and item.name == known.text("secret")


def _is_bootstrap(item: BundleObject) -> bool:
    return item.kind == "ConfigMap" and item.name == known.text("bootstrap", "name")


def _missing(files: Mapping[str, bytes], where: str) -> Iterator[Finding]:
    for name in (known.text("archive", "join"), known.text("archive", "bootstrap")):
        if name not in files:
            yield Finding("nsx/archive-incomplete", f"there is no {name}", location=Location(where), fix=_VENDOR)


def _twice(items: Sequence[BundleObject]) -> Iterator[Finding]:
    seen: set[tuple[str, str, str, str]] = set()
    for item in items:
        if item.identity in seen:
            message = "this object stands twice in one file"
            yield Finding("nsx/object-twice", message, location=item.locate(), object=item.label, fix=_VENDOR)
        seen.add(item.identity)


def _defined_otherwise(join: Sequence[BundleObject], told: Sequence[BundleObject]) -> Iterator[Finding]:
    """Both files bring the namespace, so that either can be applied first; they must agree about it."""
    first = {item.identity: item for item in join}
    for item in told:
        other = first.get(item.identity)
        if other and other.value != item.value and not is_certificate(item):
            message = f"this object is another one in {other.file}"
            yield Finding("nsx/object-twice", message, location=item.locate(), object=item.label, fix=_VENDOR)


def _filled(objects: Iterable[BundleObject]) -> Iterator[Finding]:
    """An archive that somebody filled in by hand."""
    for item in objects:
        data = {**mapping_at(item.value, ("data",)), **mapping_at(item.value, ("stringData",))}
        key = text_at(data, ("tls.key",)).strip() if item.kind == "Secret" else ""
        if len(key) > 40 and not key.startswith("dummy"):
            place = item.locate(("data", "tls.key"))
            yield Finding("nsx/archive-holds-key", "a private key is filled in here", location=place, object=item.label)


def _no_bootstrap(files: Mapping[str, bytes], told: Sequence[BundleObject], where: str) -> Iterator[Finding]:
    name, key = known.text("archive", "bootstrap"), known.text("bootstrap", "key")
    found = [item for item in told if _is_bootstrap(item)]
    if name in files and not any(text_at(item.value, known.bootstrap_path()) for item in found):
        message = f"no ConfigMap {known.text('bootstrap', 'name')} with {key} is in it"
        yield Finding("nsx/archive-incomplete", message, location=Location(f"{where}/{name}"), fix=_VENDOR)


def _no_image(join: Sequence[BundleObject], where: str) -> Iterator[Finding]:
    if join and not any(images_of(item) for item in join):
        message = "no container in it runs the interworking image"
        yield Finding("nsx/archive-incomplete", message, location=Location(f"{where}/{join[0].file}"), fix=_VENDOR)


def _version(join: Sequence[BundleObject]) -> str | None:
    told = (version_of_image(image) for item in join for image in images_of(item).values())
    return next((version for version in told if version), None)
