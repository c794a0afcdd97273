"""What this project makes of a cluster's paths and of its client's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import Api, ApiError, Conflict, ConflictError, object_path
from antrea_ci.kube.waiting import wait_until

ONE = """\
error: Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1: .spec.replicas
Please review the fields above--they currently have other managers.
"""
SEVERAL = """\
error: Apply failed with 3 conflicts: conflicts with "helm" using apps/v1:
- .metadata.labels.team
- .spec.replicas
conflicts with "kubectl-patch" with subresource "scale" using apps/v1:
- .spec.template.spec.containers[name="a"].image
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
"""


@pytest.mark.parametrize(
    ("words", "owners"),
    [
        (ONE, [Conflict("kubectl-edit", (".spec.replicas",))]),
        (
            SEVERAL,
            [
                Conflict("helm", (".metadata.labels.team", ".spec.replicas")),
                Conflict("kubectl-patch", ('.spec.template.spec.containers[name="a"].image',)),
            ],
        ),
    ],
)
def test_a_conflict_names_managers_and_fields(tmp_path: Path, words: str, owners: list[Conflict]) -> None:
    program = tmp_path / "kubectl"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\ncat >&2 <<'END'\n{words}END\nexit 1\n")
    program.chmod(0o755)
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "b"}}
    with pytest.raises(ConflictError, match="ConfigMap/b/a: ") as raised:
        Api(program, tmp_path / "kubeconfig").apply([manifest])
    assert (raised.value.reason, list(raised.value.owners)) == ("Conflict", owners)


def test_a_client_that_does_not_know_an_option_is_asked_without_it(tmp_path: Path) -> None:
    program = tmp_path / "kubectl"
    refusal = 'case "$*" in *managed*) echo "Error: unknown flag: --show-managed-fields" >&2; exit 1;; esac'
    program.write_text(f'#!/bin/sh\ncat > /dev/null\n{refusal}\necho "{{}}"\n')
    program.chmod(0o755)
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
    assert Api(program, tmp_path / "kubeconfig").apply([manifest, manifest]) == [{}, {}]


@pytest.mark.parametrize(
    ("version", "kind", "namespace", "path"),
    [
        ("v1", "Namespace", "", "/api/v1/namespaces/a"),
        ("v1", "Endpoints", "n", "/api/v1/namespaces/n/endpoints/a"),
        ("networking.k8s.io/v1", "NetworkPolicy", "n", "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/a"),
        ("storage.k8s.io/v1", "StorageClass", "", "/apis/storage.k8s.io/v1/storageclasses/a"),
        ("crd.antrea.io/v1beta1", "Egress", "", "/apis/crd.antrea.io/v1beta1/egresses/a"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "n", "/apis/rbac.authorization.k8s.io/v1/clusterroles/a"),
    ],
)
def test_an_object_is_found_where_its_kind_lives(version: str, kind: str, namespace: str, path: str) -> None:
    metadata = {"name": "a", **({"namespace": namespace} if namespace else {})}
    assert object_path({"apiVersion": version, "kind": kind, "metadata": metadata}) == path


def test_a_wait_tells_what_is_missing_once_and_ends_with_the_last_word() -> None:
    words, told = iter(["one", "one", "two", ""]), list[str]()
    wait_until(lambda: next(words), what="it", seconds=20, progress=told.append)
    assert told == ["waiting for it: one", "waiting for it: two"]
    with pytest.raises(AntreaGitopsError, match=r"it: not within 0\.1 s; never"):
        wait_until(lambda: "never", what="it", seconds=0.1, progress=told.append)


def test_a_wait_bears_an_api_that_does_not_answer_for_a_moment_and_no_refusal() -> None:
    answers = iter([ApiError("connection refused"), ApiError("etcd is busy", "ServiceUnavailable"), None])
    told: list[str] = []

    def look() -> str:
        if answer := next(answers):
            raise answer
        return ""

    wait_until(look, what="it", seconds=20, progress=told.append)
    assert told == ["waiting for it: connection refused", "waiting for it: etcd is busy"]
    answers = iter([ApiError('pods is forbidden: User "a" cannot list resource', "Forbidden")])
    with pytest.raises(ApiError) as raised:
        wait_until(look, what="it", seconds=20, progress=told.append)
    assert "give this user the right" in raised.value.fix
