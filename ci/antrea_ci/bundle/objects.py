"""The objects of a bundle's files, each with the place where every part of it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.bundle.choose import is_manifest
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.values import text_at, value_at
from antrea_ci.yamlio import Document, Path, Value, parse_all

CRD_NAME = "antreainstalls.operator.antrea.vmware.com"
CR_GROUP = "operator.antrea.vmware.com"


@dataclass(frozen=True)
class BundleObject:
    """One Kubernetes object. ``file`` is its name within the bundle, ``base`` its path within a List."""

    file: str
    index: int
    api_version: str
    kind: str
    namespace: str
    name: str
    value: dict[str, Value]
    document: Document
    base: tuple[str | int, ...] = ()

    @property
    def group(self) -> str:
        """The API group; empty for the core one."""
        return self.api_version.rpartition("/")[0]

    @property
    def label(self) -> str:
        """``kind/namespace/name``, without the namespace where there is none."""
        return "/".join(part for part in (self.kind, self.namespace, self.name) if part)

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes two objects the same one for an API server."""
        return self.group, self.kind, self.namespace, self.name

    def locate(self, path: Path = (), *, key: bool = False) -> Location:
        """The place of the value (or ``key``) at ``path`` of this object."""
        return self.document.locate((*self.base, *path), key=key)

    def at(self, path: Path) -> Value:
        """The value at ``path``; None where there is none."""
        return value_at(self.value, path)


def read_objects(files: Mapping[str, bytes], where: str) -> tuple[BundleObject, ...]:
    """Every object of every manifest, in the order of the files' names. Raises FindingsError with all faults."""
    objects: list[BundleObject] = []
    faults: list[Finding] = []
    for name in sorted(files):
        if not is_manifest(name):
            continue
        try:
            for document in parse_all(files[name], f"{where}/{name}" if where else name):
                objects += _objects(name, document)
        except FindingsError as error:
            faults += error.findings
    if faults:
        raise FindingsError(faults)
    return tuple(objects)


def _objects(file: str, document: Document) -> Iterator[BundleObject]:
    if document.value is None:
        return
    if text_at(document.value, ("kind",)) != "List":
        yield _object(file, document, document.value, ())
        return
    items = value_at(document.value, ("items",))
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield _object(file, document, item, ("items", index))


def _object(file: str, document: Document, value: Value, base: tuple[str | int, ...]) -> BundleObject:
    texts = [text_at(value, path) for path in (("apiVersion",), ("kind",), ("metadata", "name"))]
    if not isinstance(value, dict) or not all(texts):
        missing = [name for name, text in zip(("apiVersion", "kind", "metadata.name"), texts, strict=True) if not text]
        message = f"this is no Kubernetes object: it has no {_listed(missing)}"
        place = document.locate(base)
        why = "a file without them fails the load of every manifest on the bootstrap machine"
        raise FindingsError([Finding("bundle/not-an-object", message, location=place, why=why)])
    api_version, kind, name = texts
    namespace = text_at(value, ("metadata", "namespace"))
    return BundleObject(file, document.index, api_version, kind, namespace, name, value, document, base)


def _listed(names: Sequence[str]) -> str:
    return " and no ".join(names)
