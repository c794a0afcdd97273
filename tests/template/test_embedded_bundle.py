"""The embedded bundle: what a repository installs before its people import the vendor's archive."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from antrea_ci.antrea_catalogue import catalogue

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "template" / "antrea" / "bundle"
EMBEDDED = ROOT / "template" / "_embedded"
PUBLIC = ROOT.parent / "shared" / "antrea-bundles" / "antrea-operator-v1.14.1-deploy.tar.gz"
FLAVOURS = ("openshift", "kubernetes")

CR = "operator.antrea.vmware.com_v1_antreainstall_cr.yaml"
COMMON = {
    "namespace.yaml": ("Namespace", "antrea-operator", None),
    "nsx-cert.yaml": ("Secret", "nsx-cert", "antrea-operator"),
    "operator.antrea.vmware.com_antreainstalls_crd.yaml": (
        "CustomResourceDefinition",
        "antreainstalls.operator.antrea.vmware.com",
        None,
    ),
    "operator.yaml": ("Deployment", "antrea-operator", "antrea-operator"),
    "role_binding.yaml": ("ClusterRoleBinding", "antrea-operator", None),
    "service_account.yaml": ("ServiceAccount", "antrea-operator", "antrea-operator"),
}
BY_FLAVOUR = {
    CR: ("AntreaInstall", "antrea-install", "antrea-operator"),
    "role.yaml": ("ClusterRole", "antrea-operator", None),
}
OBJECTS = {BUNDLE / name: identity for name, identity in COMMON.items()} | {
    EMBEDDED / flavour / name: identity for flavour in FLAVOURS for name, identity in BY_FLAVOUR.items()
}
FILES = sorted(OBJECTS)

# A default is a hash and a key, with an even number of blanks between them; a hash, one blank and a word is prose.
_DEFAULT = re.compile(r"#((?:  )*)([A-Za-z0-9]+):(?: (\S.*))?")
_LINT = """
extends: default
rules:
  line-length: {max: 120}
  document-start: disable
  comments: {require-starting-space: false}
  comments-indentation: disable
"""

each_file = pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(ROOT / "template")) for path in FILES])
each_flavour = pytest.mark.parametrize("flavour", FLAVOURS)
each_config = pytest.mark.parametrize(
    ("field", "component"), [("antreaAgentConfig", "agent"), ("antreaControllerConfig", "controller")]
)


def test_there_are_eight_files_for_each_flavour_and_no_other() -> None:
    assert {path.name for path in BUNDLE.iterdir()} >= COMMON.keys()
    for flavour in FLAVOURS:
        assert {path.name for path in (EMBEDDED / flavour).iterdir()} == {*BY_FLAVOUR, "bundle.lock.yaml"}


@each_file
def test_no_file_holds_a_delimiter_of_the_template(path: Path) -> None:
    text = path.read_text(encoding="ascii")
    assert not [found for found in ("#%", "%#", '"#{', '}#"', "#*", "*#") if found in text]


@each_file
def test_files_are_ascii_with_line_feeds_and_a_final_newline(path: Path) -> None:
    content = path.read_bytes()
    assert content.isascii()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")


@each_file
def test_each_file_is_the_one_object_that_its_name_says(path: Path) -> None:
    objects = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    assert len(objects) == 1
    metadata = objects[0]["metadata"]
    assert (objects[0]["kind"], metadata["name"], metadata.get("namespace")) == OBJECTS[path]


@each_file
def test_no_file_has_null_noise_or_a_status(path: Path) -> None:
    document = _load(path)
    assert "status" not in document
    assert "creationTimestamp" not in document["metadata"]


@each_file
def test_yamllint_is_content(path: Path) -> None:
    assert [str(problem) for problem in linter.run(path.read_text(encoding="utf-8"), YamlLintConfig(_LINT))] == []


@each_flavour
def test_the_custom_resource_is_what_its_definition_asks_for(flavour: str) -> None:
    definition = _load(BUNDLE / "operator.antrea.vmware.com_antreainstalls_crd.yaml")
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    spec = _spec(flavour)
    assert list(spec) == [
        "antreaAgentConfig",
        "antreaCNIConfig",
        "antreaControllerConfig",
        "antreaImage",
        "antreaPlatform",
    ]
    assert spec.keys() == schema["properties"].keys() >= set(schema["required"])
    assert all(isinstance(value, str) for value in spec.values())
    assert spec["antreaPlatform"] == flavour
    assert spec["antreaImage"] == "registry.example.com/antrea/antrea-ubi:v1.14.1"


def test_the_operator_writes_conditions_that_its_definition_keeps() -> None:
    version = _load(BUNDLE / "operator.antrea.vmware.com_antreainstalls_crd.yaml")["spec"]["versions"][0]
    conditions = version["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"]["conditions"]
    assert version["subresources"] == {"status": {}}
    assert conditions["items"]["properties"].keys() == {"lastTransitionTime", "message", "reason", "status", "type"}


def test_the_operator_starts_before_there_is_a_network() -> None:
    pod = _load(BUNDLE / "operator.yaml")["spec"]["template"]["spec"]
    assert pod["hostNetwork"] is True
    assert {
        "node-role.kubernetes.io/master",
        "node-role.kubernetes.io/control-plane",
        "node.kubernetes.io/not-ready",
    } <= {toleration["key"] for toleration in pod["tolerations"]}
    (container,) = pod["containers"]
    assert container["image"] == "registry.example.com/antrea/antrea-operator:v1.14.1"
    assert {variable["name"] for variable in container["env"]} == {"OPERATOR_NAME", "POD_NAME", "WATCH_NAMESPACE"}


def test_the_binding_joins_the_account_and_the_role() -> None:
    binding = _load(BUNDLE / "role_binding.yaml")
    account = _load(BUNDLE / "service_account.yaml")["metadata"]
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": account["name"], "namespace": account["namespace"]}
    ]
    assert binding["roleRef"]["name"] == _load(EMBEDDED / "openshift" / "role.yaml")["metadata"]["name"]


def test_the_nsx_certificate_is_unfilled() -> None:
    assert _load(BUNDLE / "nsx-cert.yaml")["data"] == {"tls.crt": "", "tls.key": ""}


def test_the_cni_configuration() -> None:
    config = json.loads(_spec("openshift")["antreaCNIConfig"])
    assert (config["cniVersion"], config["name"]) == ("0.3.0", "antrea")
    assert [plugin["type"] for plugin in config["plugins"]] == ["antrea", "portmap", "bandwidth"]
    assert config["plugins"][0]["ipam"] == {"type": "host-local"}


@each_flavour
def test_only_the_gates_and_the_mtu_are_active(flavour: str) -> None:
    assert yaml.safe_load(_spec(flavour)["antreaAgentConfig"]) == {"featureGates": None, "defaultMTU": 0}
    assert yaml.safe_load(_spec(flavour)["antreaControllerConfig"]) == {"featureGates": None}


@each_flavour
@each_config
def test_every_key_of_that_version_is_listed_and_no_other(flavour: str, field: str, component: str) -> None:
    config = yaml.safe_load(_uncommented(_spec(flavour)[field]))
    version = catalogue("1.14.1")
    known = dict(version.agent if component == "agent" else version.controller)
    assert set(_leaves(config)) == known.keys()
    for path, value in _leaves(config).items():
        assert isinstance(value, _PYTHON[known[path]]), path
        assert known[path] == "bool" or not isinstance(value, bool), path


@each_flavour
@each_config
def test_every_gate_of_that_version_is_listed_with_its_default(flavour: str, field: str, component: str) -> None:
    config = yaml.safe_load(_uncommented(_spec(flavour)[field]))
    version = catalogue("1.14.1")
    assert config["featureGates"] == dict(version.agent_gates if component == "agent" else version.controller_gates)


@each_flavour
@each_config
def test_a_comment_is_a_default_or_prose_and_never_both(flavour: str, field: str, component: str) -> None:
    for line in _spec(flavour)[field].splitlines():
        assert line == "" or not line.startswith("#") or _DEFAULT.fullmatch(line) or re.match(r"# [A-Z0-9]", line)
        assert not re.match(r"# \w+:", line)


@each_flavour
@pytest.mark.parametrize(
    ("group", "resource", "verb"),
    [
        ("", "secrets", "create"),
        ("", "pods", "deletecollection"),
        ("", "nodes/status", "patch"),
        ("apps", "daemonsets", "update"),
        ("crd.antrea.io", "egresses/status", "update"),
        ("operator.antrea.vmware.com", "antreainstalls/status", "patch"),
        ("rbac.authorization.k8s.io", "clusterroles", "create"),
        ("certificates.k8s.io", "signers", "sign"),
    ],
)
def test_the_role_covers_what_both_flavours_need(flavour: str, group: str, resource: str, verb: str) -> None:
    assert _allows(_rules(flavour), group, resource, verb)


@pytest.mark.parametrize(
    ("group", "resource", "verb"),
    [
        ("config.openshift.io", "clusteroperators/status", "update"),
        ("config.openshift.io", "networks", "update"),
        ("operator.openshift.io", "networks", "get"),
        ("security.openshift.io", "securitycontextconstraints", "use"),
    ],
)
def test_only_openshifts_role_covers_openshifts_objects(group: str, resource: str, verb: str) -> None:
    assert _allows(_rules("openshift"), group, resource, verb)
    assert not _allows(_rules("kubernetes"), group, resource, verb)


@each_flavour
def test_the_role_does_not_list_secrets_or_hold_everything(flavour: str) -> None:
    assert not _allows(_rules(flavour), "", "secrets", "list")
    assert not _allows(_rules(flavour), "", "secrets", "delete")
    assert not [rule for rule in _rules(flavour) if "*" in rule.get("apiGroups", [])]


@pytest.mark.skipif(not PUBLIC.is_file(), reason="../shared/antrea-bundles is not beside this repository")
@each_flavour
def test_the_role_covers_the_public_operators_role(flavour: str) -> None:
    with tarfile.open(PUBLIC) as archive:
        (name,) = [name for name in archive.getnames() if name.endswith(f"{flavour}/role.yaml")]
        member = archive.extractfile(name)
        assert member is not None
        needed = yaml.safe_load(member.read())["rules"]
    held = _rules(flavour)
    urls = {(url, verb) for rule in held for url in rule.get("nonResourceURLs", []) for verb in rule["verbs"]}
    for rule in needed:
        assert {(url, verb) for url in rule.get("nonResourceURLs", []) for verb in rule["verbs"]} <= urls
        for group in rule.get("apiGroups", []):
            for resource in rule["resources"]:
                assert [verb for verb in rule["verbs"] if not _allows(held, group, resource, verb)] == [], (
                    group,
                    resource,
                )


_PYTHON: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "bool": bool,
    "int": int,
    "number": (int, float),
    "strings": list,
    "list": list,
    "map": dict,
    "gates": dict,
}


def _load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _spec(flavour: str) -> dict[str, str]:
    return _load(EMBEDDED / flavour / CR)["spec"]


def _rules(flavour: str) -> list[dict[str, list[str]]]:
    return _load(EMBEDDED / flavour / "role.yaml")["rules"]


def _allows(rules: Sequence[Mapping[str, list[str]]], group: str, resource: str, verb: str) -> bool:
    wanted = (("apiGroups", group), ("resources", resource), ("verbs", verb))
    return any(all({value, "*"} & set(rule.get(field, [])) for field, value in wanted) for rule in rules)


def _uncommented(text: str) -> str:
    """The configuration with every default in force."""
    return "".join(f"{line[1:] if _DEFAULT.fullmatch(line) else line}\n" for line in text.splitlines())


def _leaves(config: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys and their values; the gates count as one."""

    def walk(node: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
        for name, value in node.items():
            if isinstance(value, dict) and name != "featureGates":
                yield from walk(value, f"{prefix}{name}.")
            else:
                yield prefix + name, value

    return dict(walk(config, ""))
