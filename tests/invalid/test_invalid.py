"""The honest negatives: each described input gives just the finding that it names (see README.md beside this file)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

from antrea_ci.catalogue import every_rule, family_names, rule_family
from support.interworking import archive
from support.kustomize_once import build_once
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
    encoding: str = "utf-8"
    sparse: dict[str, int] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)
    render: bool = True
    commit: bool = False
    command: list[str] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    branch: str = ""
    relock: bool = False
    prepare: bool = False
    env: dict[str, str] = field(default_factory=dict)
    also: dict[str, str] = field(default_factory=dict)


@cache
def read(path: Path) -> Case:
    return Case(**yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))


PHASE2 = {
    "nsx": True,
    "nsx_managers": ["10.1.224.21", "10.1.224.22", "10.1.224.23"],
    "interworking_image": "registry.corp.example/antrea/interworking-ubi:0.13.0",
}


@cache
def pristine(answers: str, folder: Path, *, prepare: bool) -> Path:
    """A valid repository, committed; made once for each set of answers."""
    target = folder / f"base-{abs(hash((answers, prepare)))}"
    given = {**yaml.safe_load(ARTICLE.read_text()), **(PHASE2 if prepare else {}), **json.loads(answers)}
    copy_template(target, **given)
    assert run("render", cwd=target).code == 0
    if prepare:
        vendors = archive(folder / "antrea-interworking.zip")
        done = run("nsx", "prepare", vendors, "--key-folder", folder / "keys", cwd=target)
        assert done.code == 0, done
    git(target, "init", "--quiet")
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--message", "valid")
    return target


@pytest.fixture(scope="module", autouse=True)
def overlays() -> Generator[None]:
    """`render` and `check` of a case build the same overlay, which most cases have in common."""
    with pytest.MonkeyPatch.context() as patch:
        build_once(patch)
        yield


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
        path.write_text(text, encoding=case.encoding)
    for name, size in case.sparse.items():
        with (root / name).open("wb") as stream:
            stream.truncate(size)
    for name in case.remove:
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def commit_before(case: Case, root: Path) -> None:
    """Commits what was there before the change, if need be to a branch that was never merged."""
    if case.branch:
        git(root, "switch", "--quiet", "--create", case.branch)
    for name, text in case.before.items():
        (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "before")
    if case.branch:
        git(root, "switch", "--quiet", "-")


def relock(root: Path) -> None:
    """Makes the vendor's files those that were imported."""
    for path in root.glob("antrea/*/*.lock.yaml"):
        text = path.read_text()
        for entry in yaml.safe_load(text)["files"]:
            file = path.parent / entry["name"]
            if file.exists():
                text = text.replace(entry["sha256"], hashlib.sha256(file.read_bytes()).hexdigest())
        path.write_text(text)


def prepared(case: Case, bases: Path, root: Path) -> Path:
    if case.base != "repository":
        root.mkdir() if case.base == "empty" else shutil.copytree(HERE / "bases" / case.base, root)
        apply(case, root)
        return root
    answers = json.dumps(case.answers, sort_keys=True)
    shutil.copytree(pristine(answers, bases, prepare=case.prepare), root, symlinks=True)
    if case.before:
        commit_before(case, root)
    apply(case, root)
    if case.relock:
        relock(root)
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
    path: Path, bases: Path, tmp_path: Path, kustomize: Path, monkeypatch: pytest.MonkeyPatch
):
    case = read(path)
    root = prepared(case, bases, tmp_path / "it")
    for name, value in case.env.items():
        monkeypatch.setenv(name, value)
    done = run("check", *case.command, "--format", "json", cwd=root)
    assert done.err == ""
    found = json.loads(done.out)["findings"]
    shown = [f"{place(item)} {item['rule']}: {item['message']}" for item in found]
    assert (case.rule, case.at) in {(item["rule"], place(item)) for item in found}, shown
    errors = {item["rule"] for item in found if item["severity"] == "error"}
    assert errors - {case.rule} == set(case.also), shown


def test_every_rule_has_a_case():
    """What other verbs tell is seen in their own tests."""
    covered = {read(path).rule for path in CASES}
    told = (family for family in map(rule_family, family_names()) if family.told_by == "check")
    assert {rule.id for family in told for rule in family.rules} - covered == set()


def test_every_case_names_a_rule_of_the_catalogue():
    known = {rule.id for rule in every_rule()}
    assert {read(path).rule for path in CASES} - known == set()
