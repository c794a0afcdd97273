"""Files that are no bundle: refused with every reason at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from antrea_ci.bundle.contents import read_bundle
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from support.bundles import (
    CR,
    CRD,
    bundle_files,
    changed,
    custom_resource,
)


def refused(files: dict[str, bytes], flavour: str = "openshift") -> list[Finding]:
    with pytest.raises(FindingsError) as caught:
        read_bundle(files, flavour, "antrea/bundle")
    assert caught.value.exit_code == 1
    return list(caught.value.findings)


def rules(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


MISSING: dict[str, tuple[str, str]] = {
    "namespace.yaml": ("Namespace", ""),
    CRD: ("CustomResourceDefinition antreainstalls.operator.antrea.vmware.com", ""),
    CR: ("AntreaInstall (operator.antrea.vmware.com)", ""),
    "operator.yaml": ("Deployment antrea-operator", ""),
    "service_account.yaml": ("ServiceAccount", ""),
    "role.yaml": ("ClusterRole or Role", ""),
    "role_binding.yaml": ("ClusterRoleBinding or RoleBinding", ""),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_object(name: str):
    files = {other: data for other, data in bundle_files().items() if other != name}
    (finding,) = refused(files)
    assert finding.rule == "bundle/missing-object"
    assert finding.message == f"there is no {MISSING[name][0]} in the bundle"


def test_all_reasons_are_told_at_once():
    files = changed(namespace=None, role=None, kustomization=b"resources: []\n", cr=custom_resource("kubernetes"))
    del files["kustomization.yaml"]
    files["Kustomization"] = b"resources: []\n"
    assert sorted(rules(refused(files))) == [
        "bundle/flavour",
        "bundle/missing-object",
        "bundle/missing-object",
        "bundle/reserved-name",
    ]


@pytest.mark.parametrize("field", ["antreaPlatform", "platform"])
def test_a_custom_resource_of_the_other_flavour(field: str):
    cr = custom_resource("kubernetes").replace(b"antreaPlatform", field.encode())
    (finding,) = refused(changed(cr=cr))
    assert finding.message == f"spec.{field} is kubernetes, but this repository is for openshift"
    assert finding.fix == "import the archive's files for openshift"
    assert finding.location.line == 21


@pytest.mark.parametrize(
    "name",
    [
        "kustomization.yaml",
        "kustomization.yml",
        "Kustomization",
        "KUSTOMIZATION.YAML",
        "bundle.lock.yaml",
        ".gitattributes",
    ],
)
def test_a_file_named_like_one_of_ours(name: str):
    data = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    (finding,) = refused({**bundle_files(), name: data})
    assert finding.rule == "bundle/reserved-name"
    assert finding.location.file == f"antrea/bundle/{name}"


def test_the_same_object_twice():
    (finding,) = refused({**bundle_files(), "zz.yaml": bundle_files()["role.yaml"]})
    assert finding.rule == "bundle/duplicate-object"
    assert finding.message == (
        "ClusterRole/antrea-operator stands twice in the bundle, first in antrea/bundle/role.yaml:1:1"
    )


def test_two_custom_resources():
    other = custom_resource("openshift").replace(b"name: antrea-install", b"name: other")
    assert rules(refused({**bundle_files(), "zz.yaml": other})) == ["bundle/several-custom-resources"]


def test_a_crd_that_says_nothing():
    crd = bundle_files()[CRD].split(b"    schema:")[0]
    assert rules(refused(changed(crd=crd))) == ["bundle/crd-schema"]


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "not UTF-8": (lambda: b"kind: \xff\n", "byte 0xff is not UTF-8"),
    "a duplicate key": (lambda: b"kind: Role\nkind: Role\n", "the key 'kind' stands twice in this mapping"),
    "an alias bomb": (
        lambda: (
            b"a: &a [x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 9)) for c in range(98, 107))
        ),
        "the aliases expand to more than 200000 values",
    ),
    "no YAML": (lambda: b"a: [1\nb: 2\n", "not YAML"),
    "deep nesting": (lambda: b"[" * 50_000, "nested deeper than 100 levels"),
    "no object": (
        lambda: b"a: 1\n",
        "this is no Kubernetes object: it has no apiVersion and no kind and no metadata.name",
    ),
    "a text": (lambda: b"hello\n", "this is no Kubernetes object"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_yaml_that_readers_could_take_differently(case: str):
    make, message = BROKEN[case]
    (finding,) = refused({**bundle_files(), "x.yaml": make()})
    assert message in finding.message
    assert finding.location.file == "antrea/bundle/x.yaml"
    assert finding.location.line


def test_every_broken_file_is_told():
    assert len(refused({**bundle_files(), "x.yaml": b"a: [1\n", "y.yaml": b"\xff"})) == 2
