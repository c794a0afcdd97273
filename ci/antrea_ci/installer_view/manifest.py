"""One file as the installer and the bootstrap machine load it: the first document, one object."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding, Location
from antrea_ci.values import text_at
from antrea_ci.yamlio import Document, YamlError, parse_all

# What makes Go's reader fail; it passes over the other things that two readers may understand differently.
_BROKEN = ("yaml/syntax", "yaml/key", "yaml/not-utf-8")
_EXPLAINED = {
    "no-object": "the file holds no object",
    "no-kind": "`kind` is missing",
    "list": "the file holds a List, not one object",
}


@dataclass(frozen=True)
class Loaded:
    """A file's object, or None if it stops the installation; ``dropped`` counts the documents behind the first."""

    object: BundleObject | None
    findings: tuple[Finding, ...]
    dropped: int = 0


def load(file: str, data: bytes) -> Loaded:
    """The object of ``file`` (``folder/name``)."""
    try:
        documents = parse_all(data, file)
    except YamlError as error:
        return Loaded(None, tuple(_unreadable(finding) for finding in error.findings))
    first = documents[0] if documents else Document(file, 0, None, None)
    fault = _fault(first)
    if fault:
        return Loaded(None, (_finding(fault, _EXPLAINED[fault], _place(first, fault)),))
    assert isinstance(first.value, dict)
    names = (text_at(first.value, ("apiVersion",)), text_at(first.value, ("kind",)))
    place = (text_at(first.value, ("metadata", "namespace")), text_at(first.value, ("metadata", "name")))
    dropped = [document for document in documents[1:] if document.value is not None]
    findings = tuple(_dropped(document) for document in dropped[:1])
    return Loaded(BundleObject(file, 0, *names, *place, first.value, first), findings, len(dropped))


def _fault(document: Document) -> str:
    """The name of the rule that a first document breaks; empty for an object."""
    value = document.value
    if value is None:
        return "no-object"
    # apimachinery's unstructured scheme takes anything with `items` for a list, whatever its kind.
    if isinstance(value, dict) and (value.get("kind") == "List" or value.get("items") is not None):
        return "list"
    return "" if text_at(value, ("kind",)) else "no-kind"


def _place(document: Document, fault: str) -> Location:
    return document.locate(("kind",), key=True) if fault == "list" else document.locate()


def _dropped(document: Document) -> Finding:
    message = "another document starts here; only the first one of a file reaches the cluster"
    return _finding("several-documents", message, document.locate())


def _unreadable(finding: Finding) -> Finding:
    rule = "broken-yaml" if finding.rule in _BROKEN else "ambiguous-yaml"
    return _finding(rule, finding.message, finding.location)


def _finding(rule: str, message: str, location: Location) -> Finding:
    return Finding(f"installer/{rule}", message, location=location)
