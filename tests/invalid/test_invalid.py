"""The honest negatives: each described input gives just the finding that it names (see README.md beside this file)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

from antrea_ci.catalogue import every_rule
from support.repos import copy_template, git, run

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("*/*.yaml"))
ARTICLE = HERE.parents[1] / "docs/examples/article.answers.yml"


@dataclass(frozen=True)
class Case:
    rule: str
    at: str
    base: str = "repository"
    answers: dict[str, object] = field(default_factory=dict)
    edits: list[dict[str, str]] = field(default_factory=list)
    write: dict[str, str] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    render: bool = True
    commit: bool = False
    command: list[str] = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Case:
    return Case(**yaml.safe_load(path.read_text()))


@cache
def pristine(answers: str, folder: Path) -> Path:
    """A valid repository, committed; made once for each set of answers."""
    target = folder / f"base-{abs(hash(answers))}"
    given = {**yaml.safe_load(ARTICLE.read_text()), **json.loads(answers)}
    copy_template(target, **given)
    assert run("render", cwd=target).code == 0
    git(target, "init", "--quiet")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", "valid")
    return target


@pytest.fixture(scope="session")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bases")


def apply(case: Case, root: Path) -> None:
    for change in case.edits:
        path = root / change["file"]
        text = path.read_text()
        assert text.count(change["old"]) == 1, (change, text)
        path.write_text(text.replace(change["old"], change["new"]))
    for name, text in case.write.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in case.remove:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def prepared(case: Case, bases: Path, root: Path) -> Path:
    if case.base == "empty":
        root.mkdir()
        apply(case, root)
        return root
    shutil.copytree(pristine(json.dumps(case.answers, sort_keys=True), bases), root, symlinks=True)
    apply(case, root)
    if case.render:
        run("render", cwd=root)
    if case.commit:
        git(root, "add", "--all")
        git(root, "commit", "--quiet", "--message", "invalid")
    return root


def place(finding: dict[str, object]) -> str:
    position = f":{finding['line']}:{finding['column']}" if finding["line"] else ""
    return f"{finding['file']}{position}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_invalid_input_gives_its_finding_and_no_other_error(
    path: Path, bases: Path, tmp_path: Path, kustomize: Path
):
    case = read(path)
    root = prepared(case, bases, tmp_path / "it")
    done = run("check", *case.command, "--format", "json", cwd=root)
    assert done.err == ""
    found = json.loads(done.out)["findings"]
    shown = [f"{place(item)} {item['rule']}: {item['message']}" for item in found]
    assert (case.rule, case.at) in {(item["rule"], place(item)) for item in found}, shown
    errors = {item["rule"] for item in found if item["severity"] == "error"}
    assert errors - {case.rule} == set(case.also), shown


def test_every_rule_has_a_case():
    covered = {read(path).rule for path in CASES}
    assert {rule.id for rule in every_rule()} - covered == set()


def test_every_case_names_a_rule_of_the_catalogue():
    known = {rule.id for rule in every_rule()}
    assert {read(path).rule for path in CASES} - known == set()
