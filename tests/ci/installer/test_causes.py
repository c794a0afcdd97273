"""Version, exit code and log together name the likeliest cause; what is not known is called so."""

from __future__ import annotations

import json
import string
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from antrea_ci import redaction
from antrea_ci.installer import cause_book
from antrea_ci.installer.causes import rules
from antrea_ci.installer.known import known
from antrea_ci.installer.lines import parse_line
from antrea_generator.cli import _VERBS
from support.installer_reading import read
from support.repos import ROOT

_CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "causes.yaml").read_text())


def case_name(case: dict[str, Any]) -> str:
    return f"{case['cause']}-{case.get('minor', 18)}-{case.get('code', 1)}"


@pytest.mark.parametrize("case", _CASES, ids=case_name)
def test_the_likeliest_cause_is_named(case: dict[str, Any], tmp_path: Path) -> None:
    reading = read(tmp_path, case["log"] + "\n", verb=case.get("verb", "create cluster"), minor=case.get("minor", 18))
    cause = reading.cause(case.get("code", 1))
    assert (cause.id if cause else None) == case["cause"]
    if cause:
        assert case.get("says", "") in f"{cause.reason}\n{cause.command}"
        assert cause.line == "" or any(cause.line in text for text in (case["log"], case["log"].replace('\\"', '"')))


def test_every_cause_has_an_example() -> None:
    assert {rule.cause.id for rule in rules()} <= {case["cause"] for case in _CASES}


def test_the_page_of_the_docs_is_up_to_date() -> None:
    """`make derived` brings it up to date."""
    assert (ROOT / "docs" / "install-causes.md").read_text() == cause_book.markdown()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.cause.id)
def test_the_command_that_comes_next_exists(rule: Any) -> None:
    program, verb = rule.cause.command.split()[:2]
    assert program in ("antrea-gitops", "oc", "dig", "curl", "df", "chronyc")
    assert program != "antrea-gitops" or verb in _VERBS, verb


def test_each_cause_is_named_once() -> None:
    assert [name for name, number in Counter(rule.cause.id for rule in rules()).items() if number > 1] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.cause.id)
def test_a_text_names_only_parts_that_each_of_its_patterns_has(rule: Any) -> None:
    texts = f"{rule.cause.reason}{rule.cause.why}{rule.cause.command}"
    wanted = {name for _, name, _, _ in string.Formatter().parse(texts) if name}
    for pattern in rule.patterns:
        assert wanted <= set(pattern.expression.groupindex)
    assert rule.patterns or not wanted
    assert all((rule.cause.reason, rule.cause.why, rule.cause.command, rule.cause.source))


def test_no_word_that_is_looked_for_holds_what_a_log_may_escape() -> None:
    """In `msg="…"` quotes and backslashes have a backslash before them, so such a word would not be found there."""
    patterns = [pattern for rule in rules() for pattern in (*rule.patterns, *([rule.over] if rule.over else []))]
    patterns += [fact.pattern for fact in (*known().fatal, *known().live)]
    assert [pattern.needs for pattern in patterns if set(b'"\\\n') & set(pattern.needs)] == []


@pytest.mark.parametrize("case", _CASES, ids=case_name)
def test_a_cause_is_found_in_the_form_with_quotes_too(case: dict[str, Any], tmp_path: Path) -> None:
    lines = [parse_line(line.encode()) for line in case["log"].splitlines()]
    log = "".join(
        f'time="2026-11-23T03:21:17Z" level={line.level} msg={json.dumps(line.message)}\n'
        if line.level
        else line.message
        for line in lines
    )
    verb, minor = case.get("verb", "create cluster"), case.get("minor", 18)
    cause = read(tmp_path, f"{log}\n", verb=verb, minor=minor).cause(case.get("code", 1))
    assert (cause.id if cause else None) == case["cause"]


@pytest.mark.parametrize("pieces", [1, 7, 64])
def test_a_cause_is_found_however_the_output_is_cut(tmp_path: Path, pieces: int) -> None:
    log = "level=info msg=Creating\nlevel=error msg=failed: dial tcp: lookup esx1.example.com: no such host\n"
    cause = read(tmp_path, log, pieces=pieces).cause(4)
    assert cause is not None
    assert cause.id == "dns"


def test_a_part_of_a_line_in_a_command_is_quoted_for_a_shell(tmp_path: Path) -> None:
    cause = read(tmp_path, "level=error msg=lookup $(reboot).example.com: no such host\n").cause(4)
    assert cause is not None
    assert cause.command == "dig +short '$(reboot).example.com'"


def test_an_exit_code_that_cannot_be_known_excludes_no_cause_that_the_log_tells(tmp_path: Path) -> None:
    cause = read(
        tmp_path, "level=error msg=failed to initialize the cluster: Cluster operators console are not available\n"
    ).cause(None)
    assert cause is not None
    assert cause.id == "operators-unavailable"


def test_an_exit_code_that_cannot_be_known_names_no_cause_by_itself(tmp_path: Path) -> None:
    assert read(tmp_path, "level=error msg=no\n").cause(None) is None


def test_without_a_known_cause_the_last_errors_are_there(tmp_path: Path) -> None:
    log = "".join(f"level=error msg=number {number}\n" for number in range(50))
    reading = read(tmp_path, log)
    assert reading.cause(1) is None
    assert reading.last_errors == tuple(f"number {number}" for number in range(30, 50))


def test_what_a_cause_shows_is_redacted(tmp_path: Path) -> None:
    redaction.learn(["sw0rdfish-and-more"])
    cause = read(tmp_path, "level=error msg=failed to create cluster: login sw0rdfish-and-more refused\n").cause(4)
    assert cause is not None
    assert "sw0rdfish" not in f"{cause}"
    assert cause.reason.endswith("login *** refused")


def test_a_sign_is_found_in_a_flood_of_lines_that_look_like_it(tmp_path: Path) -> None:
    flood = "E1123 03:21:21.511299   23314 reflector.go:158] Failed: no space left of nothing, no space left\n" * 20_000
    log = flood + "level=error msg=no space left on device\n" + flood
    reading = read(tmp_path, log, pieces=1 << 20)
    cause = reading.cause(1)
    assert cause is not None
    assert cause.id == "disk-full"
