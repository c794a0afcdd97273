"""The linters of the field find nothing in the pipelines, whatever was answered, and nothing is hidden from them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from support.pipeline_trees import (
    COVERED,
    RUNNERS,
    answers_read,
    pipeline_files,
    rendered_text,
    write_every_text,
)
from support.programs import program
from support.repos import ROOT, copy_template, run

Written = dict[str, list[Path]]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pipelines")


@pytest.fixture(scope="module")
def written(folder: Path) -> Written:
    """Each text that any combination of answers gives, below a folder per runner."""
    return write_every_text(folder)


def lint(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_answer_that_a_pipeline_reads_is_combined():
    read = {name: answers_read(name) for name in pipeline_files()}
    assert {name: answers - COVERED for name, answers in read.items() if answers - COVERED} == {}
    assert set().union(*read.values()) == COVERED


def test_every_workflow_of_every_combination_is_written(written: Written):
    kinds = {name for name in written if name.startswith((".github/workflows/", ".gitlab"))}
    assert len(kinds) == 17
    assert len(written[".github/workflows/install.yml"]) > 100


def test_zizmor_finds_nothing_as_an_auditor(written: Written, folder: Path):
    lint(BIN / "zizmor", "--persona=auditor", "--offline", "--no-progress", "--no-config", ".", cwd=folder)


def test_zizmor_would_find_something(tmp_path: Path):
    text = rendered_text(".github/workflows/pull-request.yml", {})
    workflow = tmp_path / ".github" / "workflows" / "pull-request.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(text.replace("persist-credentials: false", "fetch-tags: true"))
    with pytest.raises(AssertionError, match="artipacked"):
        lint(BIN / "zizmor", "--persona=auditor", "--offline", "--no-progress", workflow, cwd=tmp_path)


def test_actionlint_finds_nothing_with_the_shipped_labels(written: Written, folder: Path):
    actionlint = program("actionlint")
    for runner in RUNNERS:
        workflows = [path for path in written_below(written, folder / runner) if path.parent.name == "workflows"]
        config = folder / runner / ".github" / "actionlint.yaml"
        lint(actionlint, "-config-file", config, "-shellcheck=", "-pyflakes=", *workflows, cwd=folder / runner)


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", r"\.github/workflows/.*"),
        ("dependabot", r"\.github/dependabot\.yml"),
        ("gitlab-ci", r"\.gitlab.*"),
        ("renovate", r"renovate\.json"),
    ],
)
def test_the_schema_accepts_every_file(schema: str, pattern: str, written: Written, folder: Path):
    named = {name: paths for name, paths in written.items() if re.fullmatch(pattern, name)}
    assert named
    # No schema knows a runner: the texts of one are enough.
    paths = [path for paths in named.values() for path in paths if path.is_relative_to(folder / "1.30")]
    lint(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths, cwd=folder)


def test_no_linter_is_told_to_look_away():
    texts = {name: (ROOT / "template" / name).read_text() for name in pipeline_files()}
    marks = re.compile(r"zizmor: *ignore|shellcheck *disable|yamllint *disable|actionlint.*ignore|noqa", re.IGNORECASE)
    assert {name for name, text in texts.items() if marks.search(text)} == set()
    assert not list((ROOT / "template").rglob("*zizmor*"))


GITHUB = {
    "actionlint.yaml",
    "dependabot.yml",
    "install.yml",
    "apply.yml",
    "main.yml",
    "nightly.yml",
    "pull-request.yml",
}
GITLAB = {"setup.yml", "verify.yml", "merge-request.yml", "main.yml", "nightly.yml", "install.yml", "apply.yml"}


@pytest.mark.parametrize("ci", ["github", "gitlab", "both"])
@pytest.mark.parametrize(
    ("flavour", "nsx", "more"),
    [
        ("openshift", False, {"destroy.yml"}),
        ("openshift", True, {"destroy.yml", "nsx.yml"}),
        ("kubernetes", False, set()),
    ],
)
def test_only_what_was_answered_is_written_and_it_is_what_copier_writes(
    ci: str, flavour: str, nsx: bool, more: set[str], tmp_path: Path
):
    """Only what an installer made can be destroyed."""
    answers = {"ci": ci, "flavour": flavour, "nsx": nsx, "backup_recipients": ["age1x"], "install_runner": "on"}
    repo = copy_template(tmp_path / "ocp", **answers)
    found = {top: {path.name for path in (repo / top).rglob("*") if path.is_file()} for top in (".github", ".gitlab")}
    assert found[".github"] == (GITHUB | more if ci != "gitlab" else set())
    assert found[".gitlab"] == (GITLAB | more if ci != "github" else set())
    assert (repo / ".gitlab-ci.yml").exists() == (repo / "renovate.json").exists() == (ci != "github")
    for name in pipeline_files():
        path = repo / name.removesuffix(".jinja")
        if path.exists():
            assert path.read_text() == rendered_text(name, answers), name
    if ci == "both":
        lint(BIN / "yamllint", "--strict", ".", cwd=repo)
        done = run("check", "--only", "style,secrets", "--strict", cwd=repo)
        assert done.code == 0, done.out


def written_below(written: Written, folder: Path) -> Sequence[Path]:
    return [path for paths in written.values() for path in paths if path.is_relative_to(folder)]
