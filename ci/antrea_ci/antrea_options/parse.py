"""Reads a configuration's text as YAML, and says which of its faults stop Antrea and which only we refuse."""

from __future__ import annotations

from dataclasses import replace

import yaml

from antrea_ci.antrea_options.config import Fault
from antrea_ci.antrea_options.facts import Version, applies
from antrea_ci.findings import Finding
from antrea_ci.yamlio import Document, read_all

_WHOLE = ((),)


def read(data: bytes | str, file: str, version: Version) -> tuple[Document | None, list[Fault]]:
    """The document that Antrea takes, if it holds a mapping, and every fault of the text as YAML.

    An empty text is no fault: every key has its default.
    """
    documents, problems = read_all(data, file)
    is_read = bool(documents)  # then a fault of syntax stands behind the part that Antrea reads
    faults = [Fault(_renamed(finding, version, is_read=is_read), _WHOLE) for finding in problems]
    if len(documents) > 1:
        message = "a second document starts here; Antrea reads the first only"
        faults.append(Fault(Finding("antrea/yaml-form", message, location=documents[1].locate()), _WHOLE))
    document = documents[0] if documents else None
    if document is None or isinstance(document.node, yaml.MappingNode):
        return document, faults
    message = "the configuration must be a mapping of keys to values"
    return None, [*faults, Fault(Finding("antrea/type", message, location=document.locate()), _WHOLE)]


def _renamed(finding: Finding, version: Version, *, is_read: bool) -> Finding:
    is_fatal = finding.rule == "yaml/not-utf-8" or (finding.rule == "yaml/syntax" and not is_read)
    rule = "not-yaml" if is_fatal else "yaml-form"
    if finding.rule == "yaml/duplicate-key":
        ignored = applies("lenient-decoding", version) and not applies("no-equal-keys", version)
        rule = "duplicate-key-ignored" if ignored else "duplicate-key"
    return replace(finding, rule=f"antrea/{rule}")
