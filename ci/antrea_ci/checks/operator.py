"""Family ``operator``: what brings the network can run where there is none, with the rights that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from antrea_ci.bundle.contents import Bundle
from antrea_ci.bundle.objects import BundleObject
from antrea_ci.checks.context import Context
from antrea_ci.facts import facts
from antrea_ci.findings import Finding
from antrea_ci.permissions import granted, permissions_of, required
from antrea_ci.values import items_at, mapping_at, text_at, texts_at, value_at
from antrea_ci.yamlio import Path, Value

_POD = ("spec", "template", "spec")
_OPENSHIFT = "openshift"
_SHOWN = 5
_OLDEST = (1, 7)
_MINOR = re.compile(r"v?(\d+)\.(\d+)")


@dataclass(frozen=True)
class _Operator:
    """The operator's Deployment among the rendered objects."""

    deployment: BundleObject
    objects: tuple[BundleObject, ...]
    flavour: str
    version: tuple[int, int]

    def find(self, kind: str, name: str, namespace: str = "") -> BundleObject | None:
        wanted = (kind, namespace, name)
        return next((item for item in self.objects if (item.kind, item.namespace, item.name) == wanted), None)

    @property
    def account(self) -> str:
        """The ServiceAccount that the pod runs as; Kubernetes' own where none is named."""
        pod = mapping_at(self.deployment.value, _POD)
        return text_at(pod, ("serviceAccountName",)) or text_at(pod, ("serviceAccount",)) or "default"


def findings(context: Context) -> Iterator[Finding]:
    """What keeps the operator from running or from doing its work."""
    cluster, bundle = context.cluster, context.bundle
    if cluster is None or bundle is None:
        return
    for item in context.objects:
        if item.identity == bundle.operator.identity:
            operator = _Operator(item, context.objects, cluster.file.flavour, _version(bundle))
            yield from _pod(operator)
            yield from _rights(operator)
            yield from _run_level(operator)
        elif item.identity == bundle.crd.identity:
            yield from _status(item)


def _version(bundle: Bundle) -> tuple[int, int]:
    """Major and minor of the operator that the bundle's role was made for; the oldest public one if it is not told."""
    told = _MINOR.match(bundle.operator_version or "")
    return (int(told[1]), int(told[2])) if told else _OLDEST


def _pod(operator: _Operator) -> Iterator[Finding]:
    item, pod = operator.deployment, mapping_at(operator.deployment.value, _POD)
    if pod.get("hostNetwork") is not True:
        yield _at(item, "host-network", (*_POD, "hostNetwork"), "`hostNetwork` is not true")
    if item.at(("spec", "replicas")) not in (None, 1):
        yield _at(item, "replicas", ("spec", "replicas"), f"`replicas` is {item.at(('spec', 'replicas'))!r}, not 1")
    taints = mapping_at(facts("operator"), ("tolerations",))
    for taint in texts_at(taints, ("every",)) + texts_at(taints, (operator.flavour,)):
        if not any(_tolerates(each, taint) for each in items_at(pod, ("tolerations",))):
            yield _at(item, "toleration", (*_POD, "tolerations"), f"the taint {taint}:NoSchedule is not tolerated")
    yield from _container(item)


def _container(item: BundleObject) -> Iterator[Finding]:
    here = (*_POD, "containers", 0)
    variables = items_at(item.value, (*here, "env"))
    given = {text_at(each, ("name",)) for each in variables if _has_value(each)}
    for name in texts_at(facts("operator"), ("environment",)):
        if name not in given:
            yield _at(item, "environment", (*here, "env"), f"the variable {name} is missing or has no value")
    command = item.at((*here, "command"))
    wanted = facts("operator")["command"]
    if command is not None and command != [wanted]:
        yield _at(item, "command", (*here, "command"), f"the command is {command!r}, the image has {wanted!r}")


def _rights(operator: _Operator) -> Iterator[Finding]:
    item = operator.deployment
    account, namespace = operator.account, item.namespace
    if operator.find("ServiceAccount", account, namespace) is None:
        message = f"nobody makes the ServiceAccount {namespace}/{account}"
        yield _at(item, "reference", (*_POD, "serviceAccountName"), message)
        return
    bindings = [each for each in operator.objects if each.kind == "ClusterRoleBinding"]
    ours = [each for each in bindings if _binds(each, account, namespace)]
    if not ours:
        message = f"no ClusterRoleBinding names the ServiceAccount {namespace}/{account}"
        yield _at(item, "unbound", (*_POD, "serviceAccountName"), message)
    for binding in ours:
        kind, name = (text_at(binding.value, ("roleRef", key)) for key in ("kind", "name"))
        role = operator.find(kind, name)
        if role is None:
            message = f"nobody makes the {kind or 'role'} {name!r}"
            yield _at(binding, "reference", ("roleRef", "name"), message)
        else:
            yield from _permissions(role, operator)


def _permissions(role: BundleObject, operator: _Operator) -> Iterator[Finding]:
    given = permissions_of(role.at(("rules",)))
    lacking: list[str] = []
    for group, resources in required(operator.flavour, operator.version).items():
        for resource, verbs in resources.items():
            missing = [verb for verb in verbs if not granted(given, group, resource, verb)]
            lacking += [f"{', '.join(missing)} {resource}{f'.{group}' if group else ''}"] if missing else []
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        message = f"the operator may not {'; '.join(lacking[:_SHOWN])}{more}"
        yield _at(role, "permission", ("rules",), message)


def _run_level(operator: _Operator) -> Iterator[Finding]:
    namespace = operator.find("Namespace", operator.deployment.namespace)
    wanted = mapping_at(facts("operator"), ("runLevel",))
    if namespace is None or operator.flavour != _OPENSHIFT:
        return
    path = ("metadata", "labels", text_at(wanted, ("label",)))
    if namespace.at(path) != wanted.get("value"):
        yield _at(namespace, "run-level", path, f"the label {path[-1]} is not {wanted.get('value')!r}")


def _status(crd: BundleObject) -> Iterator[Finding]:
    wanted = texts_at(facts("operator"), ("conditions",))
    for index, version in enumerate(items_at(crd.value, ("spec", "versions"))):
        here = ("spec", "versions", index)
        if value_at(version, ("subresources", "status")) is None:
            yield _at(crd, "status", (*here, "subresources"), "the status is no subresource")
        path = ("schema", "openAPIV3Schema", "properties", "status", "properties", "conditions", "items", "properties")
        missing = [name for name in wanted if name not in mapping_at(version, path)]
        if missing:
            message = f"the conditions of the status lack {', '.join(missing)}"
            yield _at(crd, "status", (*here, *path), message)


def _at(item: BundleObject, rule: str, path: Path, message: str) -> Finding:
    return Finding(f"operator/{rule}", message, location=item.locate(path), object=item.label)


def _binds(binding: BundleObject, account: str, namespace: str) -> bool:
    wanted = ("ServiceAccount", account, namespace)
    subjects = items_at(binding.value, ("subjects",))
    return any(tuple(text_at(each, (key,)) for key in ("kind", "name", "namespace")) == wanted for each in subjects)


def _tolerates(toleration: Value, taint: str) -> bool:
    key, effect = text_at(toleration, ("key",)), text_at(toleration, ("effect",))
    exists = text_at(toleration, ("operator",)) == "Exists"
    return effect in ("", "NoSchedule") and ((exists and key in ("", taint)) or key == taint)


def _has_value(variable: Value) -> bool:
    return bool(text_at(variable, ("value",)) or text_at(variable, ("valueFrom", "fieldRef", "fieldPath")))
