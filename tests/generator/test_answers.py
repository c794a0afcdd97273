"""The questions of copier.yml and the typed answers are one thing; free text survives YAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from antrea_ci.errors import FindingsError
from antrea_ci.yamlio import parse
from antrea_generator.answer_rules import check_answers, read_answers
from antrea_generator.answers import Answers
from support.repos import ROOT, copy_template, run

QUESTIONS = {name: body for name, body in yaml.safe_load((ROOT / "copier.yml").read_text()).items() if name[0] != "_"}
PLATFORMS = ("vsphere", "baremetal", "none", "nutanix", "aws")
# DESIGN section 8: other people's answer files rely on these.
FIXED = {
    "cluster_name",
    "base_domain",
    "flavour",
    "openshift_version",
    "kubernetes_version",
    "platform",
    "machine_network",
    "cluster_network",
    "host_prefix",
    "service_network",
    "api_vip",
    "ingress_vip",
    "control_plane_replicas",
    "compute_replicas",
    "ssh_public_key",
    "vcenter_server",
    "vsphere_datacenter",
    "vsphere_cluster",
    "vsphere_datastore",
    "vsphere_network",
    "vsphere_folder",
    "vsphere_resource_pool",
    "failure_domains",
    "hosts",
    "registry",
    "operator_image",
    "antrea_image",
    "agent_image",
    "controller_image",
    "interworking_image",
    "traffic_encap_mode",
    "tunnel_type",
    "traffic_encryption_mode",
    "default_mtu",
    "feature_gates",
    "nsx",
    "nsx_managers",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "additional_trust_bundle",
    "ntp_servers",
    "mirror_registry",
    "ci",
    "install_runner",
    "secrets_provider",
    "backup_recipients",
    "backup_remote",
}


def test_the_fixed_names_are_all_there():
    assert set(QUESTIONS) >= FIXED


def test_both_lists_have_the_same_questions_in_the_same_order():
    assert list(Answers.model_fields) == list(QUESTIONS)


def test_every_question_has_help_and_a_default():
    assert [name for name, body in QUESTIONS.items() if not body.get("help") or "default" not in body] == []


def test_no_question_asks_for_a_secret():
    assert [name for name, body in QUESTIONS.items() if body.get("secret") or "password" in name] == []


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"flavour": "kubernetes"},
        *({"platform": platform} for platform in PLATFORMS[1:]),
        {"registry": "quay.example.org:5000/a", "machine_network": "10.9.8.0/24"},
        {"agent_image": "r.example.org/agent:v2.1.0", "controller_image": "r.example.org/controller:v2.1.0"},
        {"machine_network": "fd00:1::/64", "cluster_network": "fd00:2::/48", "service_network": "fd00:3::/112"},
        {
            "machine_network": "10.9.8.0/24,fd00:1::/64",
            "cluster_network": "10.128.0.0/14,fd00:2::/48",
            "service_network": "172.30.0.0/16,fd00:3::/112",
        },
    ],
    ids=lambda answers: "-".join(map(str, answers.values())).replace("/", "_") or "none",
)
def test_the_defaults_are_copiers(answers: dict[str, Any], tmp_path: Path):
    recorded = yaml.safe_load((copy_template(tmp_path / "ocp", **answers) / ".copier-answers.yml").read_text())
    typed = Answers.model_validate(answers).model_dump()
    asked = {name: value for name, value in recorded.items() if name in typed and name != "hosts"}
    assert len(asked) > 25
    assert {name: typed[name] for name in asked} == asked


def test_the_defaults_are_valid_for_both():
    check_answers(read_answers(None, []))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cluster_name", "Upper"),
        ("cluster_name", "a" * 55),
        ("base_domain", "Example.com"),
        ("openshift_version", "4.11.9"),
        ("openshift_version", "4.12"),
        ("kubernetes_version", "1.29"),
        ("flavour", "okd"),
        ("platform", "gcp"),
        ("machine_network", "10.0.0.1/16"),
        ("machine_network", "10.0.0.0"),
        ("cluster_network", "10.0.0.0/33"),
        ("service_network", "172.30.0.0/16,172.31.0.0/16"),
        ("host_prefix", 31),
        ("api_vip", "10.0.0"),
        ("control_plane_replicas", 2),
        ("compute_replicas", -1),
        ("ssh_public_key", "PRIVATE"),
        ("vcenter_server", "https://vcenter.example.com"),
        ("registry", "https://r.example.org/a"),
        ("registry", "r.example.org/a/"),
        ("operator_image", "r.example.org/a"),
        ("antrea_image", "r.example.org/a:latest"),
        ("traffic_encap_mode", "none"),
        ("default_mtu", 100),
        ("feature_gates", {"Egress": "yes"}),
        ("feature_gates", ["Egress"]),
        ("http_proxy", "http://user:pw@proxy:1"),
        ("https_proxy", "proxy:1"),
        ("no_proxy", "a, b"),
        ("additional_trust_bundle", "-----BEGIN PRIVATE KEY-----"),
        ("mirror_registry", "https://m"),
        ("install_runner", "a b"),
        ("install_runner", "Self-hosted"),
        ("ci_image", "r.example.org/a:1"),
        ("ci_image", "a@sha256:1"),
        ("ci", "jenkins"),
        ("gitops_engine", "helm"),
        ("gitops_repository", "https://me:secret@git.example.com/ocp.git"),
        ("gitops_repository", "git@git.example.com:p/ocp.git"),
        ("secrets_provider", "vault"),
    ],
)
def test_what_stock_copier_refuses_is_refused_here_with_the_questions_name(name: str, value: object, tmp_path: Path):
    conditions = {
        "kubernetes_version": {"flavour": "kubernetes"},
        "ci_image": {"ci": "gitlab"},
        "gitops_repository": {"gitops_engine": "flux"},
    }
    where_asked = conditions.get(name, {})
    with pytest.raises(ValueError, match=name):
        copy_template(tmp_path / "ocp", **where_asked, **{name: value})
    path = tmp_path / "answers.yml"
    path.write_text(yaml.safe_dump({**where_asked, name: value}))
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(path, []))
    findings = [finding for finding in caught.value.findings if name in finding.message]
    assert findings, caught.value.findings
    assert findings[0].location.file == str(path)


# --- Free text --------------------------------------------------------------------------------------------------------

FREE = ("datacenter", "computeCluster", "datastore", "networks")
# Whatever a person can type; controls and line breaks cannot be typed at a prompt.
printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1, max_size=30
)
tricky = st.sampled_from(
    [
        "1.30",
        "on",
        "null",
        "~",
        "a: b #c",
        "DOM\\user",
        "&x",
        "*x",
        "!x",
        "'",
        '"',
        "%",
        "@x",
        "`x",
        "- x",
        "{a}",
        "[a]",
        "# x",
        "x ",
        " x",
        "🚀",
        "é",
        "#{ x }#",
        '"#{ x }#"',
        "#% if %#",
        "#* x *#",
        "{{ x }}",
        "\\1",
        "\\g<0>",
        "\ufeffx",
        "${{ x }}",
        "0x1F",
        "12:30:45",
        "2024-01-31",
        "=",
        "<<",
        "|",
        ">",
        "?",
        ": ",
        "---",
        "...",
        "\xa0",
        "a\\",
    ]
)


# Shrinking forty texts takes minutes; the failing copy shows which text was spoilt.
@settings(max_examples=5, phases=[Phase.generate], report_multiple_bugs=False)
@given(st.lists(tricky | printable.filter(lambda text: text.strip() and text[0] != "/"), min_size=40, max_size=40))
def test_free_text_survives_stock_copier(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    """Many texts in one copy: each is a failure domain's four names."""
    domains = [
        {
            "name": text,
            "region": text,
            "zone": text,
            "topology": {
                "datacenter": "dc",
                "computeCluster": "/c",
                "datastore": "/d",
                "networks": [text],
                "template": text,
            },
        }
        for text in texts
    ]
    repo = copy_template(
        tmp_path_factory.mktemp("free") / "ocp",
        openshift_version="4.14.20",
        failure_domains=domains,
        ntp_servers=texts,
        nsx=True,
        nsx_managers=texts,
        backup_recipients=texts,
        backup_remote=texts[0],
    )
    for read in (yaml.safe_load, lambda text: parse(text, "x").mapping):
        config: Any = read((repo / "install-config.yaml").read_text())
        found = config["platform"]["vsphere"]["failureDomains"]
        assert [(d["name"], d["zone"], d["topology"]["networks"], d["topology"]["template"]) for d in found] == [
            (text, text, [text], text) for text in texts
        ]
        cluster: Any = read((repo / "cluster.yaml").read_text())
        assert cluster["site"]["ntpServers"] == cluster["nsx"]["managers"] == cluster["backup"]["recipients"] == texts
        assert cluster["backup"]["remote"] == texts[0]
    # Copier alone reads this one again, with PyYAML, to which 1e100 is a text.
    recorded = yaml.safe_load((repo / ".copier-answers.yml").read_text())
    assert recorded["ntp_servers"] == texts


@pytest.mark.parametrize("version", ["4.12.45", "4.18.9"])
@pytest.mark.parametrize("text", ["on", "1.30", "a: b #c", "DOM\\user 'x' \"y\"", "#{ x }#", "🚀 é"])
def test_single_names_survive_new(version: str, text: str, tmp_path: Path):
    names = ("vsphere_datacenter", "vsphere_network", "vsphere_folder", "vsphere_datastore")
    path = tmp_path / "answers.yml"
    path.write_text(yaml.safe_dump(dict.fromkeys(names, text) | {"openshift_version": version}))
    done = run("new", tmp_path / "ocp", "--data-file", path, "--defaults")
    assert done.code == 0, done.err
    vsphere = yaml.safe_load((tmp_path / "ocp/install-config.yaml").read_text())["platform"]["vsphere"]
    if version == "4.12.45":
        assert (vsphere["datacenter"], vsphere["network"], vsphere["defaultDatastore"]) == (text, text, text)
        assert vsphere["folder"] == f"/{text}/vm/{text}"
    else:
        topology = vsphere["failureDomains"][0]["topology"]
        assert (topology["datacenter"], topology["networks"]) == (text, [text])
        assert topology["datastore"] == f"/{text}/datastore/{text}"
    recorded = yaml.safe_load((tmp_path / "ocp/.copier-answers.yml").read_text())
    assert [recorded[name] for name in names] == [text] * 4


# --- Rules that span answers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["noEncap", "hybrid", "networkPolicyOnly"])
@pytest.mark.parametrize("encryption", ["ipsec", "wireGuard"])
def test_encryption_in_another_mode_than_encap_is_refused_before_anything_is_written(mode: str, encryption: str):
    pairs = [f"traffic_encap_mode={mode}", f"traffic_encryption_mode={encryption}"]
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(None, pairs))
    assert [finding.rule for finding in caught.value.findings] == ["answers/combination"]
    assert "traffic_encryption_mode" in caught.value.findings[0].message


def test_a_warning_about_answers_refuses_nothing():
    pairs = ["machine_network=172.17.5.0/24", "api_vip=172.17.5.3", "ingress_vip=172.17.5.4"]
    assert check_answers(read_answers(None, pairs)).machine_network == "172.17.5.0/24"
