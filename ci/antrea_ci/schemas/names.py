"""Names, namespaces, labels and selectors, which no published schema describes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding
from antrea_ci.schemas.kinds import Kinds, kind_of, name_form
from antrea_ci.values import mapping_at, value_at
from antrea_ci.yamlio import Path

# k8s.io/apimachinery pkg/util/validation: RFC 1123 labels and subdomains, path segments, qualified names.
_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_NAMES = {
    "label": (re.compile(_LABEL), 63, "lower-case letters, digits and hyphens"),
    "subdomain": (re.compile(rf"{_LABEL}(?:\.{_LABEL})*"), 253, "lower-case letters, digits, hyphens and dots"),
    "path": (re.compile(r"(?!\.{1,2}$)[^/%]+"), 253, "anything but / and %"),
}
_WORD = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_POD_LABELS = ("spec", "template", "metadata", "labels")


def judge_names(item: BundleObject, kinds: Kinds) -> Iterator[Finding]:
    """What the API server would refuse in an object's metadata, and in the selector of its pods."""
    yield from _name(item)
    yield from _namespace(item, kinds)
    for path in (("metadata", "labels"), _POD_LABELS, ("metadata", "annotations")):
        yield from _labels(item, path, values=path[-1] == "labels")
    yield from _selector(item)


def _name(item: BundleObject) -> Iterator[Finding]:
    pattern, longest, characters = _NAMES[name_form(item.kind)]
    if not pattern.fullmatch(item.name) or len(item.name) > longest:
        message = f"{item.name!r} is no name for a {item.kind}: at most {longest} characters, {characters}"
        yield _finding("name", item, ("metadata", "name"), message)


def _namespace(item: BundleObject, kinds: Kinds) -> Iterator[Finding]:
    kind = kind_of(item)
    if not kinds.known(kind):
        return
    if kinds.namespaced(kind) and not item.namespace:
        message = f"a {item.kind} lives in a namespace, and this one names none"
        yield _finding("namespace", item, ("metadata",), message, fix="add `namespace` below `metadata`", key=True)
    elif item.namespace and not kinds.namespaced(kind):
        message = f"a {item.kind} lives in no namespace, and this one names {item.namespace!r}"
        fix = "remove `namespace`; where kustomize added it, take its `namespace:` out of the overlay"
        yield _finding("namespace", item, ("metadata", "namespace"), message, fix=fix, key=True)
    elif item.namespace and not _NAMES["label"][0].fullmatch(item.namespace):
        message = f"{item.namespace!r} is no name of a namespace: lower-case letters, digits and hyphens"
        yield _finding("namespace", item, ("metadata", "namespace"), message)


def _labels(item: BundleObject, path: Path, *, values: bool) -> Iterator[Finding]:
    for key, value in mapping_at(item.value, path).items():
        prefix, slash, name = key.rpartition("/")
        fits = not slash or (_NAMES["subdomain"][0].fullmatch(prefix) and len(prefix) <= 253)
        if not (fits and _WORD.fullmatch(name) and len(name) <= 63):
            message = f"{key!r} is no key of {'a label' if values else 'an annotation'}"
            yield _finding("label", item, (*path, key), message, key=True)
        if values and isinstance(value, str) and value and not (_WORD.fullmatch(value) and len(value) <= 63):
            message = f"{value!r} is no value of a label: at most 63 letters, digits and . _ -"
            yield _finding("label", item, (*path, key), message)


def _selector(item: BundleObject) -> Iterator[Finding]:
    """Deployments, DaemonSets and their like: the API server refuses a selector that does not select their own pods."""
    labels = mapping_at(item.value, _POD_LABELS)
    if item.group != "apps" or value_at(item.value, ("spec", "template")) is None:
        return
    for key, value in mapping_at(item.value, ("spec", "selector", "matchLabels")).items():
        if labels.get(key) != value:
            message = f"the selector wants pods with the label {key}={value}, and the pods of this template have "
            message += f"{labels[key]}" if key in labels else "no such label"
            yield _finding("selector", item, ("spec", "selector", "matchLabels", key), message)


def _finding(rule: str, item: BundleObject, path: Path, message: str, *, fix: str = "", key: bool = False) -> Finding:
    location = item.locate(path, key=key)
    return Finding(f"schema/{rule}", message, location=location, object=item.label, fix=fix)
