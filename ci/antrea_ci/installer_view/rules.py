"""What is wrong with the objects that the bootstrap machine would create, each by itself and all together."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Container, Iterator, Sequence
from fnmatch import fnmatchcase

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding
from antrea_ci.installer_view import known
from antrea_ci.yamlio import Path

_NETWORK_TYPE = "antrea"
_CONFIG = "config.openshift.io"
_OPERATOR = "operator.openshift.io"


def findings(objects: Sequence[BundleObject], generated: Container[str], minor: int | None) -> Iterator[Finding]:
    """Everything about ``objects``, whose ``file`` is ``folder/name``.

    ``generated`` are the installer's own files (``folder/name``) that lie, or will lie, beside them.
    """
    own = known.generated_files(minor)
    yield from _duplicates([item for item in objects if item.file not in own])
    yield from _overwritten(objects)
    namespaces = {item.name for item in objects if (item.group, item.kind) == ("", "Namespace")}
    for item in objects:
        yield from _against_generated(item, generated, minor)
        yield from _name(item)
        yield from _namespace(item, namespaces)
        yield from _base64(item)
        yield from _network(item)


def _duplicates(objects: Sequence[BundleObject]) -> Iterator[Finding]:
    first: dict[tuple[str, str, str, str], BundleObject] = {}
    for item in objects:
        other = first.setdefault(item.identity, item)
        if other is not item:
            message = f"{other.document.file} holds the same object"
            yield _finding("duplicate-object", message, item, ("metadata", "name"))


def _overwritten(objects: Sequence[BundleObject]) -> Iterator[Finding]:
    later = {_base_name(item): item for item in objects if _folder(item) == known.OPENSHIFT}
    for item in objects:
        other = later.get(_base_name(item))
        if other and _folder(item) == known.MANIFESTS:
            message = f"{other.document.file} is copied over this file on the bootstrap machine"
            yield _finding("overwritten", message, item)


def _against_generated(item: BundleObject, generated: Container[str], minor: int | None) -> Iterator[Finding]:
    files = known.generated_files(minor)
    namesake = files.get(item.file)
    if namesake and namesake.identity and namesake.identity != item.identity:
        yield _finding("generated-name", f"the installer's own {item.file} holds another object", item)
    for own in files.values():
        if own.identity == item.identity and own.file != item.file and own.file in generated:
            message = f"the installer makes this object in {own.file}"
            yield _finding("generated-object", message, item, ("metadata", "name"))


def _name(item: BundleObject) -> Iterator[Finding]:
    if not item.name:
        yield _finding("no-name", "`metadata.name` is missing", item, ("metadata",))
    if f"{item.group}/{item.kind}" in known.texts("not_for_a_server"):
        yield _finding("not-for-a-server", f"no API server knows the kind {item.kind}", item, ("kind",))


def _namespace(item: BundleObject, made: Container[str]) -> Iterator[Finding]:
    if not item.namespace:
        if f"{item.group}/{item.kind}" in known.texts("namespaced"):
            yield _finding("no-namespace", f"a {item.kind} needs a namespace", item, ("metadata",))
    elif item.namespace not in made and not _is_one_of(item.namespace, known.texts("namespaces")):
        message = f"nobody makes the namespace {item.namespace}"
        yield _finding("namespace-missing", message, item, ("metadata", "namespace"))


def _base64(item: BundleObject) -> Iterator[Finding]:
    if (item.group, item.kind) != ("", "Secret"):
        return
    data = item.at(("data",))
    for key, value in data.items() if isinstance(data, dict) else ():
        if value is not None and not (isinstance(value, str) and _is_base64(value)):
            yield _finding("base64", f"`data.{key}` is not base64", item, ("data", key))


def _is_base64(text: str) -> bool:
    try:
        # Go's decoder passes over line breaks, and nothing else.
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _network(item: BundleObject) -> Iterator[Finding]:
    if item.group in known.texts("other_networks", "groups"):
        yield _finding("other-network", f"{item.group} belongs to another network than Antrea", item, ("apiVersion",))
    elif item.namespace in known.texts("other_networks", "namespaces"):
        place = ("metadata", "namespace")
        yield _finding("other-network", f"{item.namespace} belongs to another network than Antrea", item, place)
    if item.kind != "Network" or item.group not in (_CONFIG, _OPERATOR):
        return
    path = ("spec", "networkType") if item.group == _CONFIG else ("spec", "defaultNetwork", "type")
    given = item.at(path)
    if given is not None and given != _NETWORK_TYPE:
        rule = "network-type" if item.group == _CONFIG else "other-network"
        yield _finding(rule, f"the network is {given!r}, not {_NETWORK_TYPE!r}", item, path)


def _is_one_of(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _folder(item: BundleObject) -> str:
    return item.file.partition("/")[0]


def _base_name(item: BundleObject) -> str:
    return item.file.partition("/")[2]


def _finding(rule: str, message: str, item: BundleObject, path: Path = ()) -> Finding:
    return Finding(f"installer/{rule}", message, location=item.locate(path), object=item.label)
