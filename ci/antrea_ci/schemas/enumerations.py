"""Texts that must be one of a list which no published schema holds (facts/enumerations.yaml)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from antrea_ci.bundle.objects import BundleObject
from antrea_ci.facts import facts
from antrea_ci.findings import Finding
from antrea_ci.suggest import did_you_mean
from antrea_ci.values import items_at, mapping_at, texts_at

Steps: TypeAlias = "tuple[str | int, ...]"
_PODS = (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))
_CONTAINERS = ("initContainers", "containers")


def judge_enumerations(item: BundleObject) -> Iterator[Finding]:
    """An error for each value of a pod or a binding that is in no list of the API server."""
    for path in _PODS:
        if isinstance(item.at((*path, "containers")), list):
            yield from _pod(item, path)
    if roles := texts_at(facts("enumerations"), ("roleRef", item.kind)):
        yield from _one_of(item, ("roleRef", "kind"), roles, required=True)
        yield from _one_of(item, ("roleRef", "apiGroup"), texts_at(facts("enumerations"), ("roleGroup",)))
        for path in _each(item, ("subjects",)):
            yield from _one_of(item, (*path, "kind"), texts_at(facts("enumerations"), ("subject",)), required=True)


def _pod(item: BundleObject, path: Steps) -> Iterator[Finding]:
    yield from _listed(item, path, "pod")
    for toleration in _each(item, (*path, "tolerations")):
        yield from _listed(item, toleration, "toleration")
        if item.at((*toleration, "operator")) == "Exists" and item.at((*toleration, "value")):
            message = "a toleration by `Exists` takes no value"
            yield _finding(item, (*toleration, "value"), message)
    for name in _CONTAINERS:
        for container in _each(item, (*path, name)):
            yield from _listed(item, container, "container")
            yield from _variables(item, container)
            for port in _each(item, (*container, "ports")):
                yield from _listed(item, port, "port")


def _variables(item: BundleObject, container: Steps) -> Iterator[Finding]:
    known = texts_at(facts("enumerations"), ("fieldPath",))
    for variable in _each(item, (*container, "env")):
        path = (*variable, "valueFrom", "fieldRef", "fieldPath")
        value = item.at(path)
        if isinstance(value, str) and value.partition("[")[0] not in known:
            yield _finding(
                item, path, f"{value!r} is no field of a pod that a variable can take{did_you_mean(value, known)}"
            )


def _listed(item: BundleObject, path: Steps, what: str) -> Iterator[Finding]:
    for key, allowed in mapping_at(facts("enumerations"), (what,)).items():
        yield from _one_of(item, (*path, key), texts_at(allowed, ()))


def _one_of(item: BundleObject, path: Steps, allowed: list[str], *, required: bool = False) -> Iterator[Finding]:
    value = item.at(path)
    if isinstance(value, str) and value not in allowed and (value or required):
        message = f"{value!r} is none of {', '.join(allowed)}{did_you_mean(value, allowed)}"
        yield _finding(item, path, message)


def _finding(item: BundleObject, path: Steps, message: str) -> Finding:
    return Finding("schema/enumeration", message, location=item.locate(path), object=item.label)


def _each(item: BundleObject, path: Steps) -> Iterator[Steps]:
    return ((*path, index) for index in range(len(items_at(item.value, path))))
