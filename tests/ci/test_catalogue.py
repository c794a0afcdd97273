"""The catalogue of rules: whole, readable, and the one source of reasons."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import antrea_ci
from antrea_ci.catalogue import Rule, completed, every_rule, family_names, find_rule
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Severity
from support.repos import run

PACKAGE = Path(antrea_ci.__file__).parent
PAGE = PACKAGE.parents[1] / "docs" / "rules.md"
RULE = re.compile(r"[a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")


def rules_in_code() -> Iterator[str]:
    """Every text that is a rule's id of a known family, wherever it stands in the package."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if RULE.fullmatch(text) and text.split("/")[0] in family_names():
                yield text


@pytest.mark.parametrize("rule", list(every_rule()), ids=lambda rule: rule.id)
def test_a_rule_says_what_why_and_where_that_is_known_from(rule: Rule):
    assert RULE.fullmatch(rule.id)
    assert all((rule.title, rule.why, rule.fix, rule.source))


def test_every_rule_that_code_names_is_in_the_catalogue():
    assert {rule for rule in rules_in_code() if find_rule(rule) is None} == set()


def test_a_finding_takes_from_the_catalogue_what_it_does_not_say_itself():
    (finding,) = completed([Finding("style/yamllint", "x", why="because")])
    rule = find_rule("style/yamllint")
    assert rule
    assert (finding.severity, finding.why, finding.fix) == (Severity.WARNING, "because", rule.fix)


def test_the_listing_has_a_line_for_each_rule():
    lines = run("check", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.id for rule in every_rule()]


def test_a_rule_and_a_family_can_be_explained():
    page = run("check", "--explain", "drift/stale").out
    assert page.startswith("drift/stale (error)\n")
    assert page.rstrip() in run("check", "--explain", "drift").out


def test_explaining_what_does_not_exist_is_wrong_usage_with_the_nearest_name():
    ran = run("check", "--explain", "drift/stael")
    assert (ran.code, "did you mean drift/stale?" in ran.err) == (2, True)


def test_the_page_of_the_docs_is_current():
    """`make derived` writes it."""
    from antrea_ci.rulebook import markdown

    assert PAGE.read_text() == markdown()


def test_a_command_that_fails_says_why_and_what_to_do_as_check_does():
    rule = find_rule("overlay/outside")
    assert rule is not None
    told = FindingsError([Finding(rule.id, "lies outside")]).as_text()
    assert told.splitlines()[1:] == [f"  why: {rule.why}", f"  fix: {rule.fix}"]
