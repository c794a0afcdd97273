"""Cuts what kustomize builds into one file an object, keeping kustomize's own bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.render.naming import ObjectId, file_name
from antrea_ci.yamlio import Document, Value, parse

_SEPARATOR = re.compile(r"^---\n", re.MULTILINE)
_NULL = "tag:yaml.org,2002:null"


class Manifest(NamedTuple):
    """One object: the content of its file, and its value."""

    data: bytes
    value: Value


def explode(output: str, where: str) -> dict[str, Manifest]:
    """Every object of ``output`` by the name of its file. Raises FindingsError for what the installer could not read.

    ``where`` names the overlay in messages.
    """
    files: dict[str, Manifest] = {}
    owners: dict[str, ObjectId] = {}
    findings: list[Finding] = []
    for number, text in enumerate(_SEPARATOR.split(output)):
        if not text.strip():
            continue
        document = parse(text, where)
        identity = identify(document.mapping)
        if identity is None or identity.kind == "List":
            findings.append(_not_an_object(document, where, number))
            continue
        name = file_name(identity)
        if name in owners:
            findings.append(_same_file(owners[name], identity, where))
            continue
        owners[name] = identity
        files[name] = Manifest(without_nulls(text, document).encode(), document.value)
    if findings:
        raise FindingsError(findings)
    return files


def identify(manifest: dict[str, Value]) -> ObjectId | None:
    """Which object a manifest is; None if it has no kind or name."""
    metadata = manifest.get("metadata")
    kind, version = manifest.get("kind"), manifest.get("apiVersion")
    if not isinstance(metadata, dict) or not isinstance(kind, str) or not isinstance(version, str):
        return None
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str):
        return None
    return ObjectId(version.rpartition("/")[0], kind, namespace if isinstance(namespace, str) else "", name)


def without_nulls(text: str, document: Document) -> str:
    """``text`` without the entries whose value is null: an absent key means the same, and diffs stay quiet.

    A mapping that has no other entries goes with them; an item of a list stays, empty.
    """
    while cuts := list(_cuts(document.node, text, in_list=False)):
        for start, end, instead in reversed(cuts):
            text = text[:start] + instead + text[end:]
        document = parse(text, document.file)
    return text


def _cuts(node: yaml.Node | None, text: str, *, in_list: bool) -> Iterator[tuple[int, int, str]]:
    """What to replace, as (start, end, new text), in the order of ``text`` and without overlaps."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _cuts(item, text, in_list=True)
    if not isinstance(node, yaml.MappingNode):
        return
    entries = [(key, value, value.tag == _NULL) for key, value in node.value]
    last_kept = max((index for index, (_, _, is_null) in enumerate(entries) if not is_null), default=-1)
    if last_kept < 0 and entries and in_list:
        yield entries[0][0].start_mark.index, _end_of_line(*entries[-1][:2], text), "{}\n"
        return
    for index, (key, value, is_null) in enumerate(entries):
        start = key.start_mark
        if not is_null:
            yield from _cuts(value, text, in_list=False)
        elif index < last_kept:
            # The next key takes this one's place, which may be behind the dash of a list.
            yield start.index, entries[index + 1][0].start_mark.index, ""
        else:
            yield start.index - start.column, _end_of_line(key, value, text), ""


def _end_of_line(key: yaml.Node, value: yaml.Node, text: str) -> int:
    """Behind the line on which a null entry ends; an empty value ends nowhere in particular."""
    last = value if value.value else key
    found = text.find("\n", last.end_mark.index)
    return len(text) if found < 0 else found + 1


def _not_an_object(document: Document, where: str, number: int) -> Finding:
    return Finding(
        "render/not-an-object",
        f"kustomize built a document of kind {document.mapping.get('kind')!r} that is no single object",
        location=Location(where, document=number),
        fix=f"list single objects in {where}",
    )


def _same_file(first: ObjectId, second: ObjectId, where: str) -> Finding:
    message = f"{second} and {first} would both be written to {file_name(second)}"
    fix = f"rename one of them in {where}"
    return Finding("render/same-file", message, location=Location(where), object=str(second), fix=fix)
