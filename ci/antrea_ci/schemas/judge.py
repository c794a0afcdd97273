"""Judges objects by the schemas of their kinds."""

from __future__ import annotations

import binascii
import json
import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.findings import Finding
from antrea_ci.schemas.custom import CustomKind, custom_schema, is_crd
from antrea_ci.schemas.definitions import definition_faults
from antrea_ci.schemas.dialect import Schema
from antrea_ci.schemas.enumerations import judge_enumerations
from antrea_ci.schemas.explain import dotted, findings_of
from antrea_ci.schemas.kinds import Kinds, kind_of, kinds_of
from antrea_ci.schemas.names import judge_names
from antrea_ci.suggest import did_you_mean
from antrea_ci.yamlio import Value

if TYPE_CHECKING:
    from jsonschema_rs import Validator


def judge(objects: Iterable[BundleObject], minor: int, flavour: str) -> Iterator[Finding]:
    """What Kubernetes ``1.<minor>`` would refuse, or silently drop, of ``objects`` in a cluster of ``flavour``.

    Kinds that a CustomResourceDefinition among the objects defines are judged by it.
    """
    items = tuple(objects)
    kinds = kinds_of(items, minor, flavour)
    broken: set[str] = set()
    for item in items:
        if is_crd(item):
            faults = list(_crd_faults(item, kinds))
            broken.update(finding.object for finding in faults)
            yield from faults
    for item in items:
        yield from judge_names(item, kinds)
        yield from judge_enumerations(item)
        custom = kinds.custom.get(kind_of(item))
        if custom is None or custom.crd.label not in broken:
            yield from _judge_one(item, kinds)


def _judge_one(item: BundleObject, kinds: Kinds) -> Iterator[Finding]:
    validator, schema = _validator_of(item, kinds)
    if validator is None:
        if not kinds.known(kind_of(item)):
            yield _unknown_kind(item, kinds)
        return
    odd = list(_not_json(item.value, ()))
    for path in odd:
        message = f"`{dotted(path)}` is no number that JSON can hold"
        yield Finding("schema/value", message, location=item.locate(path), object=item.label)
    if odd:
        return
    errors = list(validator.iter_errors(item.value))
    parsed = cast("Schema", json.loads(schema)) if errors else {}
    for error in errors:
        yield from findings_of(item, error, parsed)


def _validator_of(item: BundleObject, kinds: Kinds) -> tuple[Validator | None, str]:
    kind = kind_of(item)
    custom = kinds.custom.get(kind)
    if custom:
        schema = json.dumps(custom_schema(custom, kinds.builtin)) if custom.served and custom.published else None
    else:
        schema = kinds.builtin.schema(kind)
    return (_validator(schema), schema) if schema else (None, "")


# Hundreds of repositories in one process have the same few kinds.
@lru_cache(maxsize=256)
def _validator(schema: str) -> Validator:
    from jsonschema_rs import Draft202012Validator  # not at the top: it takes longer to load than most checks to run

    formats = {"byte": _is_base64}
    return Draft202012Validator(schema, formats=formats, validate_formats=True, offline=True)


def _is_base64(text: str) -> bool:
    """As Go's encoding/json reads bytes: standard alphabet, padded, line breaks left out."""
    try:
        binascii.a2b_base64(text.replace("\n", "").replace("\r", ""), strict_mode=True)
    except ValueError:
        return False
    return True


def _not_json(value: Value, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The places of numbers that YAML has and JSON has not."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _not_json(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _not_json(below, (*path, index))


def _unknown_kind(item: BundleObject, kinds: Kinds) -> Finding:
    kind = kind_of(item)
    versions = kinds.other_versions(kind)
    if versions:
        message = f"this cluster knows {item.kind} as {' and '.join(versions)}, not as {item.api_version}"
        place, fix = item.locate(("apiVersion",)), f"write `apiVersion: {versions[-1]}` and check its fields"
        return Finding("schema/api-version", message, location=place, object=item.label, fix=fix)
    hint = did_you_mean(item.kind, {known.kind for known in kinds})
    message = f"nothing at hand defines the kind {item.kind} of {item.api_version}{hint}"
    return Finding("schema/unknown-kind", message, location=item.locate(("kind",)), object=item.label)


def _crd_faults(crd: BundleObject, kinds: Kinds) -> Iterator[Finding]:
    """What the API server refuses of a definition beyond its own schema."""
    for fault in definition_faults(crd):
        yield _crd_fault(crd, fault.path, fault.message)
    for custom in kinds.custom.values():
        if custom.crd is crd and custom.published:
            yield from _schema_faults(custom, kinds)


def _schema_faults(custom: CustomKind, kinds: Kinds) -> Iterator[Finding]:
    try:
        _validator(json.dumps(custom_schema(custom, kinds.builtin)))
    except ValueError as error:
        message = f"the schema of its version {custom.kind.version} cannot be used: {str(error).splitlines()[0]}"
        yield _crd_fault(custom.crd, custom.path, message)


def _crd_fault(crd: BundleObject, path: tuple[str | int, ...], message: str) -> Finding:
    return Finding("schema/crd", message, location=crd.locate(path), object=crd.label)
