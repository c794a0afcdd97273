"""What the operator needs to run before there is a network, and which rights it must have."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.permissions import Grant, granted, permissions_of, required
from support.bundles import SHARED_BUNDLES

WORDS = st.sampled_from(["*", "pods", "secrets", "get", "list", ""])
GRANTS = st.builds(Grant, *[st.frozensets(WORDS) for _ in range(3)])


@given(GRANTS, WORDS, WORDS, WORDS)
def test_a_right_is_granted_where_group_resource_and_verb_each_match(
    grant: Grant, group: str, resource: str, verb: str
):
    matches = [wanted in part or "*" in part for wanted, part in zip((group, resource, verb), grant, strict=True)]
    assert granted([grant], group, resource, verb) is all(matches)


def test_a_rule_for_single_objects_does_not_count():
    rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    assert granted(permissions_of([rule]), "", "secrets", "get")
    assert not granted(permissions_of([{**rule, "resourceNames": ["one"]}]), "", "secrets", "get")


@pytest.mark.parametrize("rules", [None, "x", [1, None, {"apiGroups": "x"}]])
def test_anything_that_is_no_list_of_rules_grants_nothing(rules: object):
    assert not granted(permissions_of(rules), "", "secrets", "get")


def test_openshift_needs_more_than_kubernetes():
    openshift, kubernetes = required("openshift", (1, 14)), required("kubernetes", (1, 14))
    assert kubernetes.items() <= openshift.items()
    assert "config.openshift.io" in set(openshift) - set(kubernetes)


def test_what_an_older_version_needs_a_newer_one_needs_too():
    assert required("openshift", (1, 7))["apps"].keys() <= required("openshift", (1, 14))["apps"].keys()
    assert "replicasets" not in required("openshift", (1, 13))["apps"]


def test_of_antreas_own_groups_nothing_is_asked_where_no_public_role_tells():
    assert [group for group in required("openshift", (2, 3)) if group.endswith("antrea.io")] == []


def test_a_path_is_granted_by_its_own_rules_only():
    urls = permissions_of([{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}])
    assert granted(urls, "nonResourceURLs", "/metrics", "get")
    assert not granted(urls, "", "/metrics", "get")


@pytest.mark.skipif(not SHARED_BUNDLES.is_dir(), reason="../shared/antrea-bundles is not here")
@pytest.mark.parametrize("archive", sorted(SHARED_BUNDLES.glob("*.tar.gz")), ids=lambda path: path.name)
@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_every_public_release_grants_what_its_version_needs(archive: Path, flavour: str):
    with tarfile.open(archive) as tar:
        (name,) = [name for name in tar.getnames() if name.endswith(f"{flavour}/role.yaml")]
        member = tar.extractfile(name)
        assert member
        given = permissions_of(yaml.safe_load(member)["rules"])
    told = re.search(r"operator-v(\d+)\.(\d+)", archive.name)
    version = (int(told[1]), int(told[2])) if told else (1, 7)
    needed = [
        (group, resource, verb)
        for group, resources in required(flavour, version).items()
        for resource, verbs in resources.items()
        for verb in verbs
    ]
    assert [each for each in needed if not granted(given, *each)] == []
