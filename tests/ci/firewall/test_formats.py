"""Each form of the rules says all of them, and nothing in a name or reason ends a cell, a text or a comment."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Callable
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.firewall import Rule, rules
from antrea_ci.firewall.flows import identifiers, is_port
from antrea_ci.firewall.nftables import nftables
from antrea_ci.firewall.tables import COLUMNS, as_csv, as_markdown, as_table
from antrea_ci.firewall.terraform import terraform
from antrea_ci.model.effective import Cluster
from support.firewall import NODES, PODS, manifest
from support.programs import program

# source: vmware/terraform-provider-nsxt docs/resources
_ARGUMENTS = {
    "nsxt_policy_group": {"display_name", "criteria", "dynamic"},
    "nsxt_policy_service": {"display_name", "l4_port_set_entry", "icmp_entry", "ip_protocol_entry"},
    "nsxt_policy_security_policy": {"display_name", "category", "stateful", "rule", "lifecycle"},
}
_OF_RULE = {
    *("display_name", "description", "source_groups", "destination_groups", "services", "ip_version", "action"),
}
_ODD = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=20)


def _rule(source: str = NODES, reason: str = "a reason", port: str = "443", protocol: str = "TCP") -> Rule:
    return Rule(source, PODS, protocol, port, "always", reason, "docs/x.md")


@pytest.fixture(params=["openshift", "kubernetes"])
def needed(request: pytest.FixtureRequest, other: Callable[..., Cluster]) -> tuple[Rule, ...]:
    agent = {"trafficEncryptionMode": "ipsec"} if request.param == "openshift" else {"trafficEncapMode": "noEncap"}
    return rules(other(flavour=request.param), manifest(agent))


@given(st.lists(st.builds(_rule, source=_ODD, reason=_ODD), max_size=4))
def test_csv_gives_back_what_went_in(given_rules: list[Rule]) -> None:
    read = list(csv.DictReader(io.StringIO(as_csv(given_rules), newline="")))
    assert read == [{name: rule.as_json()[name] for name in COLUMNS} for rule in given_rules]


def test_csv_and_markdown_have_one_line_a_rule(needed: tuple[Rule, ...]) -> None:
    assert as_csv(needed).count("\n") == len(needed) + 1
    rows = [line for line in as_markdown(needed).splitlines() if line.startswith(("| TCP", "| UDP", "| ICMP", "| any"))]
    others = [rule for rule in needed if rule.protocol not in ("TCP", "UDP", "ICMP", "any")]
    assert len(rows) == len(needed) - len(others)


def test_markup_in_a_reason_stays_text() -> None:
    (row,) = [line for line in as_markdown([_rule(reason="a|b *c* `d`")]).splitlines() if "443" in line]
    assert r"a\|b \*c\* \`d\`" in row


def test_a_table_says_the_source_of_each_rule_by_a_number(needed: tuple[Rule, ...]) -> None:
    lines = as_table(needed).splitlines()
    facts = dict(line.split(" ", 1) for line in lines if line.startswith("["))
    told = [facts[line.rsplit(None, 1)[1]] for line in lines[1 : len(needed) + 1]]
    assert told == [rule.fact for rule in needed]


def test_terraform_uses_documented_arguments_and_refers_to_what_is_there(needed: tuple[Rule, ...]) -> None:
    resources = _resources(terraform(needed, "ocp"))
    for kind, named in resources.items():
        used = {argument for one in named.values() for argument in one}
        assert used <= _ARGUMENTS[kind]
    (policy,) = resources["nsxt_policy_security_policy"].values()
    assert {argument for rule in policy["rule"] for argument in rule} == _OF_RULE
    assert len(policy["rule"]) == len(needed)
    for rule in policy["rule"]:
        assert rule["source_groups"], "an empty list would mean everybody"
        assert rule["destination_groups"]
        for reference in [*rule["source_groups"], *rule["destination_groups"], *rule.get("services", [])]:
            kind, label, end = reference.removeprefix("${").removesuffix("}").split(".")
            assert (end, label in resources[kind]) == ("path", True)


def _resources(text: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for block in hcl2.loads(text)["resource"]:
        for kind, named in block.items():
            found.setdefault(kind.strip('"'), {}).update({name.strip('"'): body for name, body in named.items()})
    return {kind: {name: _clean(body) for name, body in named.items()} for kind, named in found.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items() if not key.startswith("__")}
    return [_clean(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("text", ['"; }', "${var.x}", "%{ if true }", "a\nb", "\\", "ünï", "a" * 253])
def test_terraform_and_nftables_take_any_text_for_text(text: str) -> None:
    odd = [_rule(source=text, reason=text), _rule(reason=text, protocol="AH", port="")]
    written = terraform(odd, text)
    code = "\n".join(line for line in written.splitlines() if not line.startswith("#"))
    assert "${var.x}" not in code.replace("$${var.x}", "")
    _resources(written)
    _refuse_nothing(nftables(odd, text))


def test_a_port_that_is_none_spoils_no_file(needed: tuple[Rule, ...]) -> None:
    odd = [_rule(port=port) for port in ("abc", "0", "70000", "9-1", "")]
    text = nftables([*odd, *needed], "ocp")
    assert text.count("a reason") == len(odd), "they are listed"
    assert "a reason" not in text.partition("\ntable")[2]
    assert "abc" not in terraform([*odd, *needed], "ocp")
    _refuse_nothing(text)


def _refuse_nothing(text: str) -> None:
    """nft reads the file; nothing is loaded anywhere."""
    call = [str(program("unshare")), "--map-root-user", "--user", "--net", str(program("nft")), "-c", "-f", "-"]
    done = subprocess.run(call, input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@given(st.lists(_ODD, unique=True, max_size=8))
def test_each_name_has_an_identifier_of_its_own(texts: list[str]) -> None:
    found = identifiers(texts)
    assert len(set(found.values())) == len(texts)
    assert all(name[0].isalpha() and name.isascii() for name in found.values())


@pytest.mark.parametrize(("text", "expected"), [("1", True), ("61000-62000", True), ("0", False), ("5-4", False)])
def test_ports_and_ranges(text: str, expected: bool) -> None:
    assert is_port(text) is expected
