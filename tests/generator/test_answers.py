"""The answers' model and copier.yml ask the same questions, with the same defaults and the same refusals."""

from __future__ import annotations

import json
from pathlib import Path

import copier
import pytest
import yaml

from antrea_ci.errors import FindingsError
from antrea_generator.answer_rules import check_answers, read_answers
from antrea_generator.answers import Answers
from support.repos import ROOT, copy_template, run, template_copy

QUESTIONS = {
    name: question for name, question in yaml.safe_load((ROOT / "copier.yml").read_text()).items() if name[0] != "_"
}
COMBINATIONS = [
    {},
    {"flavour": "kubernetes"},
    {"platform": "none"},
    {"platform": "nutanix", "machine_network": "10.1.224.0/24"},
    {
        "machine_network": "10.1.224.0/24,fd00:1::/64",
        "cluster_network": "10.128.0.0/14,fd01::/48",
        "service_network": "172.30.0.0/16,fd02::/112",
    },
    {"machine_network": "fd00:1::/64", "cluster_network": "fd01::/48", "service_network": "fd02::/112"},
    {"agent_image": "r.io/a/agent:v2.3.0", "controller_image": "r.io/a/controller:v2.3.0"},
    {"registry": "r.io:5000/lab"},
]
BAD = {
    "cluster_name": "Ocp",
    "base_domain": "-x.com",
    "openshift_version": "4.11.3",
    "machine_network": "10.1.224.5/24",
    "cluster_network": "10.128.0.0",
    "service_network": "fd02::/112,fd03::/112",
    "host_prefix": 31,
    "api_vip": "10.1.224",
    "control_plane_replicas": 2,
    "compute_replicas": -1,
    "ssh_public_key": "-----BEGIN OPENSSH PRIVATE KEY-----",
    "vcenter_server": "https://vcenter.example.com",
    "registry": "https://r.io/a",
    "operator_image": "r.io/a/operator",
    "antrea_image": "r.io/a/antrea:latest",
    "feature_gates": {"Egress": "on"},
    "http_proxy": "http://user:secret@proxy:3128",
    "no_proxy": "*.example.com",
    "additional_trust_bundle": "-----BEGIN PRIVATE KEY-----",
    "install_runner": "self hosted",
    "platform": "vcenter",
}


def test_the_model_and_copier_ask_the_same_questions():
    assert set(Answers.model_fields) == set(QUESTIONS)


@pytest.mark.parametrize("given", COMBINATIONS, ids=json.dumps)
def test_a_default_is_the_same_in_both(given, tmp_path):
    recorded = yaml.safe_load((copy_template(tmp_path / "copy", **given) / ".copier-answers.yml").read_text())
    answers = Answers.model_validate(given).model_dump()
    asked = {name: value for name, value in recorded.items() if not name.startswith("_")}
    assert {name: answers[name] for name in asked} == asked


def pairs(answers: dict[str, object]) -> list[str]:
    return [f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in answers.items()]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_refused_by_the_model_and_by_stock_copier(name, tmp_path):
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(None, pairs({name: BAD[name]})))
    assert any(name in finding.message for finding in caught.value.findings)
    with pytest.raises(ValueError, match=name):
        copier.run_copy(str(template_copy()), tmp_path / "copy", data={name: BAD[name]}, defaults=True, quiet=True)


def test_every_bad_answer_of_one_call_is_told_at_its_place(tmp_path):
    file = tmp_path / "answers.yml"
    file.write_text(yaml.safe_dump(BAD, sort_keys=False))
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(file, []))
    told = {str(finding.location): finding.message for finding in caught.value.findings}
    lines = [line.split(":")[0] for line in file.read_text().splitlines()]
    for name in BAD:
        assert name in told[f"{file}:{lines.index(name) + 1}:1"]


def test_an_unknown_answer_is_refused_with_the_nearest_name():
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(None, ["machine_netwrk=10.0.0.0/16"]))
    (finding,) = caught.value.findings
    assert (finding.rule, finding.message) == (
        "answers/unknown",
        "there is no question `machine_netwrk` (did you mean machine_network?)",
    )


def test_a_pair_wins_over_the_data_file(tmp_path):
    file = tmp_path / "answers.yml"
    file.write_text("cluster_name: one\nhost_prefix: 24\n")
    answers = check_answers(read_answers(file, ["cluster_name=two"]))
    assert (answers.cluster_name, answers.host_prefix) == ("two", 24)


def test_failure_domains_need_a_version_that_has_them():
    domain = {
        "name": "a",
        "region": "r",
        "zone": "z",
        "topology": {"datacenter": "d", "computeCluster": "c", "datastore": "s", "networks": ["n"]},
    }
    given = {"failure_domains": [domain]}
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(None, pairs({**given, "openshift_version": "4.12.45"})))
    assert [finding.message for finding in caught.value.findings] == ["failure_domains: needs OpenShift 4.13 or later"]
    check_answers(read_answers(None, pairs({**given, "openshift_version": "4.13.1"})))


def test_a_host_must_not_bring_its_password():
    host = {
        "name": "a",
        "bootMACAddress": "52:54:00:00:00:01",
        "bmc": {"address": "ipmi://10.0.0.9", "password": "secret"},
    }
    with pytest.raises(FindingsError) as caught:
        check_answers(read_answers(None, pairs({"platform": "baremetal", "hosts": [host] * 3})))
    assert "answers/combination" in {finding.rule for finding in caught.value.findings}
    assert "secret" not in caught.value.as_text().replace("bmc.secret", "").replace("_SECRET_", "")


def test_a_trust_bundle_may_be_the_path_of_one(tmp_path: Path):
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    (tmp_path / "answers.yml").write_text("additional_trust_bundle: ca.pem\n")
    assert check_answers(read_answers(tmp_path / "answers.yml", [])).additional_trust_bundle.startswith(
        "-----BEGIN CERT"
    )


@pytest.mark.parametrize("name", ["cluster", "answers"])
def test_a_schema_is_printed_as_json_schema(name):
    ran = run("schema", name)
    assert ran.code == 0
    assert json.loads(ran.out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
