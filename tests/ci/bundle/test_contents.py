"""What is read out of a bundle: its objects, what it leaves open, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from antrea_ci.bundle.contents import Bundle, load_bundle, read_bundle
from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.images import Placeholder, PlaceholderKind, is_floating, tag_of, version_of_archive
from antrea_ci.findings import Finding, Severity
from support.bundles import (
    CR,
    CRD,
    bundle_files,
    changed,
    custom_resource,
    empty_repo,
    nsx_cert,
    operator,
    write_tree,
)


def read(files: dict[str, bytes], flavour: str = "openshift", **kwargs: str) -> Bundle:
    return read_bundle(files, flavour, "antrea/bundle", **kwargs)


def rules(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_a_usual_bundle(flavour: str):
    files = {**bundle_files(flavour), "nsx-cert.yaml": nsx_cert(), "README.md": b"# Antrea"}
    bundle = read(files, flavour)
    assert bundle.flavour == flavour
    assert bundle.files == files
    assert len(bundle.objects) == 8
    assert bundle.custom_resource.label == "AntreaInstall/antrea-operator/antrea-install"
    assert bundle.operator.name == "antrea-operator"
    assert bundle.crd.file == CRD
    assert bundle.required_fields == (
        "antreaAgentConfig",
        "antreaCNIConfig",
        "antreaControllerConfig",
        "antreaPlatform",
    )
    assert bundle.spec_fields["antreaImage"] == "string"
    assert bundle.image_fields == ("antreaImage",)
    assert bundle.phase1_files == tuple(sorted(bundle_files(flavour)))
    assert bundle.left_out == (("nsx-cert.yaml", "not filled in: tls.crt is empty"),)
    assert bundle.problems == ()


def test_reading_the_same_bytes_again_costs_nothing():
    assert read(bundle_files()) is read(dict(reversed(bundle_files().items())))


def test_the_place_of_a_value():
    item = read(bundle_files()).custom_resource
    assert str(item.locate(("spec", "antreaPlatform"))) == f"antrea/bundle/{CR}:21:19"


def test_objects_of_a_list_and_of_several_documents():
    names = ("role.yaml", "role_binding.yaml", "service_account.yaml")
    usual = bundle_files()
    joined = b"---\n".join(usual[name] for name in names)
    as_list = b"apiVersion: v1\nkind: List\nitems:\n" + b"".join(
        b"- " + usual[name].rstrip(b"\n").replace(b"\n", b"\n  ") + b"\n" for name in names
    )
    for data in (joined, as_list):
        files = {name: content for name, content in usual.items() if name not in names} | {"rbac.yaml": data}
        bundle = read(files)
        assert len(bundle.objects) == 7
        assert {item.label for item in bundle.objects} == {item.label for item in read(usual).objects}


@pytest.mark.parametrize(
    "fields",
    [
        ("antreaImage",),
        ("antreaImage", "interworkingImage"),
        ("antreaAgentImage", "antreaControllerImage"),
        ("antreaAgentImage", "antreaControllerImage", "interworkingImage"),
    ],
)
def test_image_fields_are_those_of_the_supplied_crd(fields: tuple[str, ...]):
    bundle = read(bundle_files(image_fields=fields))
    assert bundle.image_fields == fields
    assert set(bundle.images) == set(fields)


@pytest.mark.parametrize(
    ("image", "archive_name", "cr_image", "version"),
    [
        ("r.example.com/antrea-operator:v1.13.1_vmware.1", "", "ReplaceAntreaImage", "v1.13.1_vmware.1"),
        (
            "r.example.com:5000/antrea-operator:1.3.0@sha256:00",
            "antrea-operator-v1.14.1-deploy.tar.gz",
            "a:v9.9.9",
            "1.3.0",
        ),
        ("ReplaceOperatorImage", "antrea-operator-v1.14.1-deploy.tar.gz", "antrea/antrea-ubi:v1.7.1", "v1.14.1"),
        ("a/antrea-operator:latest", "deploy.tar.gz", "antrea/antrea-ubi:v1.7.1", "v1.7.1"),
        ("a/antrea-operator:latest", "vendor-shaped-1.8.0-deploy.tar.gz", "ReplaceAntreaImage", None),
        ("r.example.com:5000/antrea-operator", "deploy.tar.gz", "antrea/antrea-ubi:main", None),
    ],
)
def test_the_operators_version(image: str, archive_name: str, cr_image: str, version: str | None):
    cr = custom_resource("openshift").replace(b"ReplaceAntreaImage", cr_image.encode())
    assert read(changed(operator=operator(image), cr=cr), archive_name=archive_name).operator_version == version


def test_tags():
    assert tag_of("localhost:5000/a/b") == ""
    assert tag_of("localhost:5000/a/b:v1@sha256:00") == "v1"
    assert is_floating("a/b")
    assert is_floating("a/b:latest")
    assert not is_floating("a/b@sha256:00")
    assert version_of_archive("antrea-operator-v1.13.1_vmware.1.tar.gz") == "v1.13.1_vmware.1"


# What it leaves open


def found(bundle: Bundle) -> list[tuple[str, int, str, str]]:
    return [(item.file, item.line, item.value, item.kind.value) for item in bundle.placeholders]


def test_placeholders_with_their_lines():
    assert found(read(bundle_files())) == [
        (CR, 20, "ReplaceAntreaImage", "placeholder"),
        ("operator.yaml", 22, "ReplaceOperatorImage", "placeholder"),
    ]


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("REPLACE_IMAGE", "placeholder"),
        ("vmware.io/antrea/operator:0.5.0", "placeholder"),
        ("projects.registry.vmware.com/antrea/antrea-operator:latest", "floating"),
        ("registry.example.com:5000/antrea-operator", "floating"),
        ("'antrea-operator'", "floating"),
        ("registry.example.com/antrea-operator:v1.14.1", None),
        ("registry.example.com/antrea-operator@sha256:00", None),
    ],
)
def test_images_that_say_nothing_lasting(image: str, kind: str | None):
    expected = [("operator.yaml", 22, image.strip("'"), kind)] if kind else []
    assert [item for item in found(read(changed(operator=operator(image)))) if item[0] == "operator.yaml"] == expected


def test_placeholders_inside_a_text_but_not_in_its_comments():
    lines = [
        "  bootstrapConfig: |",
        "    # like [dummyNSXIP1]",
        "    clusterName: dummyClusterName",
        "    NSXManagers: [dummyNSXIP1]",
    ]
    cr = custom_resource("openshift") + "\n".join(lines).encode()
    assert [item[1:3] for item in found(read(changed(cr=cr))) if "dummy" in item[2]] == [
        (24, "dummyClusterName"),
        (25, "dummyNSXIP1"),
    ]


def test_an_interface_named_dummy0_is_none():
    cr = custom_resource("openshift").replace(b"defaultMTU: 0", b"transportInterface: dummy0")
    assert not [item for item in found(read(changed(cr=cr))) if "dummy" in item[2]]


def test_a_placeholder_is_no_problem():
    bundle = read(bundle_files())
    assert bundle.placeholders[0] == Placeholder(CR, 20, "ReplaceAntreaImage", PlaceholderKind.PLACEHOLDER)
    assert bundle.problems == ()


# Problems


def test_the_field_that_the_public_archive_of_1_8_0_gets_wrong():
    cr = custom_resource("openshift").replace(b"antreaPlatform:", b"platform:")
    (problem,) = read(changed(cr=cr)).problems
    assert problem.rule == "bundle/platform-field"
    assert problem.message == "the AntreaInstall has the field platform where its CRD requires antreaPlatform"
    assert str(problem.location) == f"antrea/bundle/{CR}:21:3"
    assert problem.object == "AntreaInstall/antrea-operator/antrea-install"
    assert "set `bundle: {fixPlatformField: true}` in cluster.yaml" in problem.fix


def test_other_fields_that_the_crd_does_not_know_or_misses():
    cr = custom_resource("openshift").replace(b"antreaCNIConfig:", b"antreaCniConfig:")
    problems = read(changed(cr=cr)).problems
    assert {problem.message for problem in problems} == {
        "the AntreaInstall lacks the field antreaCNIConfig, which its CRD requires",
        "the AntreaInstall has the field antreaCniConfig, which its CRD does not know",
    }


@pytest.mark.parametrize(
    ("old", "new"), [("antrea-install", "antrea"), ("namespace: antrea-operator", "namespace: kube-system")]
)
def test_a_custom_resource_that_the_operator_does_not_look_for(old: str, new: str):
    cr = custom_resource("openshift").replace(old.encode(), new.encode(), 1)
    (problem,) = read(changed(cr=cr)).problems
    assert problem.rule == "bundle/custom-resource-name"
    assert problem.message.endswith("it must be antrea-operator/antrea-install")


def test_crlf_is_kept_and_reported():
    data = bundle_files()["role.yaml"].replace(b"\n", b"\r\n")
    bundle = read(changed(role=data))
    assert rules(bundle.problems) == ["bundle/crlf"]
    assert bundle.problems[0].severity is Severity.WARNING
    assert bundle.files["role.yaml"] == data


# In a repository


def test_a_repository_without_a_bundle(tmp_path: Path):
    with pytest.raises(BundleError) as caught:
        load_bundle(empty_repo(tmp_path), "openshift")
    assert caught.value.message == "antrea/bundle: there is no bundle in this repository"
    assert "antrea-gitops bundle import" in caught.value.fix


def test_our_own_files_are_no_part_of_a_repositorys_bundle(tmp_path: Path):
    repo = empty_repo(tmp_path)
    write_tree(repo.bundle, {**bundle_files(), "kustomization.yaml": b"resources: []\n", "bundle.lock.yaml": b"spoilt"})
    assert load_bundle(repo, "openshift").files == bundle_files()
