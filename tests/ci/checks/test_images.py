"""Which images a cluster pulls, wherever they are named, and whether its nodes can pull them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.bundle.objects import read_objects
from antrea_ci.checks.context import Context
from antrea_ci.checks.images import findings
from antrea_ci.findings import Finding
from antrea_ci.image_references import Form, image_texts, is_reference, repository_of
from antrea_ci.model.cluster import image_reference
from antrea_ci.pull_secret import VARIABLE, covered_registries, covers
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import quoted
from support.small import edit, rendering_repo, set_cluster

DIGEST = "sha256:" + "0123456789abcdef" * 4
OPERATOR, ANTREA = "r.example.org/antrea-operator:v1.14.1", "r.example.org/antrea-ubi:v1.14.1"
CUSTOM_RESOURCE = "rendered/install/cluster-network-04-antrea-80-antreainstall-antrea-operator-antrea-install.yaml"


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path) -> ClusterRepo:
    return rendering_repo(tmp_path / "ocp")


def found(repo: ClusterRepo) -> list[Finding]:
    return list(findings(Context(repo, today=date(2026, 11, 25))))


def told(repo: ClusterRepo) -> list[tuple[str, str]]:
    return [(item.rule.removeprefix("images/"), str(item.location)) for item in found(repo)]


def add(repo: ClusterRepo, manifest: str) -> None:
    """Adds a manifest to the overlay."""
    (repo.overlay / "extra.yaml").write_text(manifest)
    edit(repo.overlay / "kustomization.yaml", "  - ../../bundle\n", "  - ../../bundle\n  - extra.yaml\n")


def config_map(text: str, key: str = "some.conf") -> str:
    """A ConfigMap whose one value is the block ``text``; its first line is line 4 of the rendered file."""
    body = "".join(f"    {line}\n" for line in text.splitlines())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: n\ndata:\n  {key}: |\n{body}"


def test_a_repository_whose_images_have_versions_gives_nothing(repo: ClusterRepo):
    assert told(repo) == []


# --- Every string of every object -------------------------------------------------------------------------------------


def texts(manifest: str) -> list[tuple[str, Form]]:
    (item,) = read_objects({"a.yaml": manifest.encode()}, "")
    return [(one.text, one.form) for one in image_texts(item)]


def test_fields_are_told_by_their_names():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {image: x}}\n"
    pod += (
        "spec: {containers: [{image: a/b:1}], myImage: a/c:1, imagePullPolicy: Always, imagePullSecrets: [{name: x}]}"
    )
    assert texts(pod) == [("a/b:1", Form.FIELD), ("a/c:1", Form.FIELD)]


def test_related_images_of_an_operator_count_as_variables_and_as_data():
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    pod += "spec: {env: [{name: RELATED_IMAGE_AGENT, value: a/b}, {name: OTHER, value: a/c}]}"
    assert texts(pod) == [("a/b", Form.FIELD)]
    data = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: p}\ndata: {RELATED_IMAGE_X: a/b, OTHER: a/c}"
    assert texts(data) == [("a/b", Form.FIELD)]


@pytest.mark.parametrize(
    "text", ["image: a/b", "list:\n- {image: a/b}", '{"x": {"image": "a/b"}}', "a: 1\n---\nagentImage: a/b # tag it"]
)
def test_yaml_and_json_inside_of_strings_are_read(text: str):
    assert texts(config_map(text)) == [("a/b", Form.FIELD)]


@pytest.mark.parametrize("text", ["run --image=r.io/a/b:latest now", "- r.io:5000/b:latest", "x: [r.io/b:latest]"])
def test_latest_is_found_in_any_text(text: str):
    ((name, form),) = texts(config_map(text))
    assert name.endswith(":latest")
    assert form is Form.LATEST


@pytest.mark.parametrize(
    "text",
    ["# image: a/b:latest", f"x: r.io/b:latest@{DIGEST}", "x: r.io/b:latest-1", "see https://r.io/x", "the latest"],
)
def test_comments_digests_and_other_tags_are_no_latest(text: str):
    assert texts(config_map(text)) == []


def test_an_image_is_told_once():
    assert texts(config_map("image: r.io/b:latest")) == [("r.io/b:latest", Form.FIELD)]


def test_texts_of_a_definition_name_no_image():
    crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n"
    assert texts(crd + "spec: {description: 'such as r.io/b:latest', image: ReplaceAntreaImage}") == []


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60))
def test_any_text_can_be_looked_at(text: str):
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{image: {quoted(text)}}}"
    (item,) = read_objects({"a.yaml": manifest.encode()}, "")
    assert {one.path for one in image_texts(item)} == {("data", "image")}


def test_the_place_of_an_image_in_a_text_is_its_own(repo: ClusterRepo):
    add(repo, config_map("first: line\nimage: r.io/untagged"))
    folder = "rendered/install/cluster-network-04-antrea-32-configmap-n-c.yaml"
    assert told(repo) == [("floating", f"{folder}:5:12")]


def test_the_place_of_latest_in_a_text_is_its_own(repo: ClusterRepo):
    add(repo, config_map("run: tool\nargs: --with r.io/tool:latest"))
    assert told(repo) == [("floating", "rendered/install/cluster-network-04-antrea-32-configmap-n-c.yaml:5:18")]


def pod(image: str) -> str:
    spec = f"spec:\n  containers:\n  - name: a\n    image: {json.dumps(image)}\n"
    return f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  namespace: n\n{spec}"


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        ("r.io/a", "floating"),
        ("r.io:5000/a", "floating"),
        ("r.io/a:latest", "floating"),
        ("", "floating"),
        ("ReplaceOperatorImage", "placeholder"),
        ("REPLACE_IMAGE", "placeholder"),
        ("r.io/UPPER:1", "not-a-reference"),
        ("https://r.io/a:1", "not-a-reference"),
        ("r.io/a:", "not-a-reference"),
        ("r.io/a: 1", "not-a-reference"),
        ("r.io/a:1", None),
        (f"r.io/a@{DIGEST}", None),
        (f"r.io/a:latest@{DIGEST}", None),
        ("a:1", None),
    ],
)
def test_an_image_must_be_a_reference_with_a_version(repo: ClusterRepo, image: str, rule: str | None):
    add(repo, pod(image))
    expected = [(rule, "rendered/install/cluster-network-04-antrea-65-pod-n-p.yaml:8:12")]
    assert told(repo) == (expected if rule else [])


def test_what_only_phase_2_reads_is_a_warning_until_then(repo: ClusterRepo):
    add(repo, config_map("clusterName: dummyClusterName"))
    assert [item.severity.value for item in found(repo)] == ["warning"]
    set_cluster(repo.root, nsx={"enabled": True})
    assert [item.severity.value for item in found(repo)] == ["error"]


# --- cluster.yaml owns the images -------------------------------------------------------------------------------------


def overlay(repo: ClusterRepo, text: str) -> None:
    path = repo.overlay / "kustomization.yaml"
    path.write_text(path.read_text() + text)


def test_an_images_entry_of_the_overlay_that_changes_the_operator_is_named(repo: ClusterRepo):
    overlay(repo, "images:\n  - name: r.example.org/antrea-operator\n    newTag: v1.15.0\n")
    (finding,) = found(repo)
    assert (finding.rule, str(finding.location)) == (
        "images/differs",
        "antrea/overlays/install/kustomization.yaml:9:13",
    )
    assert finding.object == "Deployment/antrea-operator/antrea-operator"
    assert "r.example.org/antrea-operator:v1.15.0" in finding.message
    assert OPERATOR in finding.message


def test_a_patch_file_that_changes_the_custom_resource_is_named(repo: ClusterRepo):
    head = "apiVersion: operator.antrea.vmware.com/v1\nkind: AntreaInstall\n"
    (repo.overlay / "mine.yaml").write_text(
        f"{head}metadata: {{name: antrea-install, namespace: antrea-operator}}\nspec:\n  antreaImage: r.io/other:v2\n"
    )
    overlay(repo, "patches:\n  - path: mine.yaml\n")
    assert told(repo) == [("differs", "antrea/overlays/install/mine.yaml:5:16")]


def test_a_field_that_the_overlay_removes_is_told_at_the_object(repo: ClusterRepo):
    patch = "      - op: remove\n        path: /spec/antreaImage\n"
    overlay(repo, f"patches:\n  - target: {{kind: AntreaInstall}}\n    patch: |-\n{patch}")
    (finding,) = found(repo)
    assert finding.rule == "images/differs"
    assert str(finding.location).startswith(f"{CUSTOM_RESOURCE}:")


def test_images_of_other_containers_are_the_overlays_own(repo: ClusterRepo):
    add(repo, pod("r.io/other:v1"))
    assert told(repo) == []


# --- Mirrors ----------------------------------------------------------------------------------------------------------


def mirror(repo: ClusterRepo, source: str, key: str = "imageContentSources") -> None:
    path = repo.install_config_file
    path.write_text(path.read_text() + f"{key}:\n  - source: {source}\n    mirrors: [mirror.example.org/m]\n")


@pytest.mark.parametrize("key", ["imageContentSources", "imageDigestSources", "ImageDigestSources"])
@pytest.mark.parametrize("source", ["r.example.org", "r.example.org/antrea-ubi"])
def test_an_image_whose_source_is_mirrored_needs_a_digest(repo: ClusterRepo, key: str, source: str):
    mirror(repo, source, key)
    assert ("digest", "cluster.yaml:7:11") in told(repo)


def test_with_a_digest_a_mirrored_image_is_fine(repo: ClusterRepo):
    set_cluster(repo.root, images={"operator": f"{OPERATOR}@{DIGEST}", "antrea": f"{ANTREA}@{DIGEST}"})
    mirror(repo, "r.example.org")
    assert told(repo) == []


@pytest.mark.parametrize("source", ["quay.io/openshift-release-dev", "r.example.org/antrea", "r.example.or"])
def test_mirrors_of_other_sources_do_not_matter(repo: ClusterRepo, source: str):
    mirror(repo, source)
    assert told(repo) == []


def test_a_site_with_a_mirror_needs_digests(repo: ClusterRepo):
    set_cluster(repo.root, site={"mirrorRegistry": "mirror.example.org:5000/ocp"})
    assert [rule for rule, _ in told(repo)] == ["digest", "digest"]


def test_what_lies_on_the_mirror_itself_may_have_a_tag(repo: ClusterRepo):
    set_cluster(repo.root, site={"mirrorRegistry": "r.example.org/ocp"})
    assert told(repo) == []


# --- Pull secret ------------------------------------------------------------------------------------------------------


def secret(*registries: str) -> str:
    return json.dumps({"auths": {name: {"auth": "bm90OnJlYWw="} for name in registries}})


def test_without_a_pull_secret_at_hand_nothing_is_said(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert told(repo) == []


def test_a_registry_that_the_pull_secret_does_not_name_is_told_for_each_image(
    repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(VARIABLE, secret("quay.io", "r.example.com"))
    assert told(repo) == [("pull-secret", "cluster.yaml:6:13"), ("pull-secret", "cluster.yaml:7:11")]
    assert "bm90" not in "".join(item.as_text() for item in found(repo))


def test_the_pull_secret_may_be_a_file(repo: ClusterRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "secret.json").write_text(secret("quay.io"))
    monkeypatch.setenv(VARIABLE, str(tmp_path / "secret.json"))
    assert [rule for rule, _ in told(repo)] == ["pull-secret", "pull-secret"]
    (tmp_path / "secret.json").write_text(secret("r.example.org"))
    assert told(repo) == []


def test_a_pull_secret_in_the_install_config_is_at_hand_too(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    repo.install_config_file.write_text(f"{repo.install_config_file.read_text()}pullSecret: '{secret('quay.io')}'\n")
    assert [rule for rule, _ in told(repo)] == ["pull-secret", "pull-secret"]


def test_a_public_registry_that_is_not_named_is_a_warning(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch):
    set_cluster(repo.root, images={"operator": OPERATOR, "antrea": "ghcr.io/antrea/antrea-ubi:v1.14.1"})
    monkeypatch.setenv(VARIABLE, secret("r.example.org"))
    assert [(item.rule, item.severity.value) for item in found(repo)] == [("images/pull-secret", "warning")]


@pytest.mark.parametrize("given", ["", "{", "[]", '{"auths": []}', "/no/such/file", "null"])
def test_what_is_no_pull_secret_is_none_at_hand(repo: ClusterRepo, monkeypatch: pytest.MonkeyPatch, given: str):
    monkeypatch.setenv(VARIABLE, given)
    assert told(repo) == []


@pytest.mark.parametrize(
    ("key", "image", "covered"),
    [
        ("r.io", "r.io/a/b:1", True),
        ("r.io/a", "r.io/a/b:1", True),
        ("r.io/a/b", "r.io/a/b:1", True),
        ("r.io/a/b", "r.io/a/c:1", False),
        ("r.io/a", "r.io/ab:1", False),
        ("r.io", "r.io:5000/a:1", False),
        ("r.io:5000", "r.io:5000/a:1", True),
        ("https://r.io", "r.io/a:1", True),
        ("https://index.docker.io/v1/", "docker.io/lab/a:1", True),
        ("docker.io", "busybox:1", True),
        ("docker.io/lab", "lab/a:1", True),
        ("localhost", "localhost/a:1", True),
    ],
)
def test_credentials_are_found_as_container_runtimes_find_them(key: str, image: str, covered: bool):
    registries = covered_registries(secret(key))
    assert registries is not None
    assert covers(registries, image) == covered


# --- References -------------------------------------------------------------------------------------------------------

PARTS = st.from_regex(r"[a-z0-9]{1,5}([._-][a-z0-9]{1,5})?", fullmatch=True)
TAGS = st.from_regex(r":[A-Za-z0-9_][A-Za-z0-9._-]{0,9}", fullmatch=True)


@given(st.lists(PARTS, min_size=1, max_size=3), TAGS, st.sampled_from(["", f"@{DIGEST}"]))
def test_a_reference_of_cluster_yaml_is_one_everywhere(path: list[str], tag: str, digest: str):
    repository = "/".join(["r.example.org:5000", *path])
    reference = f"{repository}{tag}{digest}"
    assert is_reference(reference)
    assert repository_of(reference) == repository
    if tag != ":latest" or digest:
        assert image_reference(reference) == reference
