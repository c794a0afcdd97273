"""Texts that the API server compares with a list: each told at its place, everything that it takes silent."""

from __future__ import annotations

import pytest
import yaml

from antrea_ci.bundle.objects import read_objects
from antrea_ci.schemas.enumerations import judge_enumerations

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: n}
spec:
  restartPolicy: Always
  dnsPolicy: ClusterFirst
  tolerations:
    - {key: a, operator: Exists, effect: NoSchedule}
    - {key: b, value: c}
  containers:
    - name: c
      imagePullPolicy: IfNotPresent
      ports: [{containerPort: 1, protocol: TCP}]
      env:
        - {name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: B, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects: [{kind: ServiceAccount, name: s, namespace: n}]
"""


def places(text: str) -> list[tuple[int, int]]:
    (item,) = read_objects({"a.yaml": text.encode()}, "")
    return [(finding.location.line, finding.location.column) for finding in judge_enumerations(item)]


@pytest.mark.parametrize("text", [POD, BINDING])
def test_what_the_api_server_takes_is_silent(text: str):
    assert places(text) == []


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (POD, "restartPolicy: Always", "restartPolicy: Alwasy"),
        (POD, "dnsPolicy: ClusterFirst", "dnsPolicy: Cluster"),
        (POD, "operator: Exists", "operator: Exist"),
        (POD, "effect: NoSchedule", "effect: Noschedule"),
        (POD, "imagePullPolicy: IfNotPresent", "imagePullPolicy: ifNotPresent"),
        (POD, "protocol: TCP", "protocol: tcp"),
        (POD, "fieldPath: metadata.name}", "fieldPath: metadata.nmae}"),
        (BINDING, "kind: ClusterRole,", "kind: Role,"),
        (BINDING, "apiGroup: rbac.authorization.k8s.io", "apiGroup: rbac"),
        (BINDING, "kind: ServiceAccount", "kind: Serviceaccount"),
    ],
)
def test_anything_else_is_told_at_its_place(text: str, old: str, new: str):
    assert text.count(old) == 1
    broken = text.replace(old, new)
    line = broken[: broken.index(new)].count("\n") + 1
    assert [place[0] for place in places(broken)] == [line]
    assert yaml.safe_load(broken)


def test_a_toleration_by_existence_takes_no_value():
    assert places(POD.replace("operator: Exists,", "operator: Exists, value: x,")) == [(8, 41)]
