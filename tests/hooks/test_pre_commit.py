"""The hooks of a generated repository, and those that this project publishes, run by the real pre-commit.

The package comes from a wheel on loopback, everything else from the index that this machine uses.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from antrea_ci import __version__
from support.repos import ROOT, commit, copy_template, git, run
from support.small import edit
from support.wheels import build_wheel, served

ARTICLE = ROOT / "docs/examples/article.answers.yml"
HOOKS = yaml.safe_load((ROOT / "template/.pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
PUBLISHED = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
# What pip needs of a checkout to build the package.
SOURCES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
    "copier.yml",
    "template",
    "generator",
    "ci",
)

pytestmark = pytest.mark.xdist_group("pre-commit")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, str]]:
    """A store of hooks' environments of its own, and the wheel where pip finds it."""
    folder = tmp_path_factory.mktemp("pre-commit")
    with served(build_wheel(folder / "dist")) as links:
        yield {**os.environ, "PRE_COMMIT_HOME": str(folder / "store"), "PIP_FIND_LINKS": links, "PIP_NO_INPUT": "1"}


@pytest.fixture
def clone(tmp_path: Path, kustomize: Path) -> Path:
    """A clone of a generated repository, as a colleague works in it."""
    origin = copy_template(tmp_path / "origin", **yaml.safe_load(ARTICLE.read_text()))
    run("render", cwd=origin)
    git(origin, "init", "--quiet")
    commit(origin)
    git(tmp_path, "clone", "--quiet", str(origin), "ocp")
    return tmp_path / "ocp"


def pre_commit(folder: Path, environment: dict[str, str], *argv: str) -> tuple[int, str]:
    done = subprocess.run(
        ["pre-commit", *argv], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    return done.returncode, done.stdout + done.stderr


def failed(output: str) -> list[str]:
    """The ids of the hooks that failed."""
    told = "- hook id: "
    return [line.removeprefix(told) for line in output.splitlines() if line.startswith(told)]


def test_every_hook_passes_twice_on_a_clone_and_changes_nothing(clone: Path, environment: dict[str, str]):
    for _ in range(2):
        for stage in ("pre-commit", "pre-push"):
            code, output = pre_commit(clone, environment, "run", "--all-files", "--hook-stage", stage)
            assert code == 0, output
            assert "Passed" in output
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("hook", "file", "old", "new"),
    [
        ("antrea-gitops-render", "cluster.yaml", "featureGates: {}", "featureGates: {Egress: true}"),
        ("antrea-gitops-check", "install-config.yaml", "networkType: antrea", "networkType: Antrea"),
        ("yamllint", "cluster.yaml", "featureGates: {}", "featureGates:   {}"),
        ("trailing-whitespace", "cluster.yaml", "flavour: openshift", "flavour: openshift  "),
        ("end-of-file", "CODEOWNERS", "#", "#\n\n\n#"),
        ("merge-conflict", "CODEOWNERS", "#", "<<<<<<< before updating\n#"),
    ],
)
def test_a_commit_with_a_fault_is_refused_by_its_hook(
    hook: str, file: str, old: str, new: str, clone: Path, environment: dict[str, str]
):
    path = clone / file
    path.write_text(path.read_text().replace(old, new, 1) + ("\n\n" if hook == "end-of-file" else ""))
    git(clone, "add", "--all")
    code, output = pre_commit(clone, environment, "run")
    assert (code, hook in failed(output)) == (1, True), output


def test_a_large_file_and_a_private_key_are_refused(clone: Path, environment: dict[str, str]):
    (clone / "big.bin").write_bytes(b"\0" * 2 * 1024 * 1024)
    (clone / "key.txt").write_text("-----BEGIN RSA " + "PRIVATE KEY-----\nAA==\n")
    git(clone, "add", "--all")
    code, output = pre_commit(clone, environment, "run")
    assert (code, {"large-files", "private-key"} <= set(failed(output))) == (1, True), output


def test_a_push_of_a_secret_that_a_later_commit_removed_is_refused(clone: Path, environment: dict[str, str]):
    pre_commit(clone, environment, "install", "--hook-type", "pre-push")
    (clone / "notes.txt").write_text("AGE-SECRET-KEY-1" + "Q" * 58 + "\n")
    commit(clone)
    (clone / "notes.txt").unlink()
    commit(clone)
    done = subprocess.run(
        ["git", "push", "origin", "HEAD:refs/heads/topic"], cwd=clone, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, b"antrea-gitops-secrets" in done.stdout + done.stderr) == (1, True), done.stderr
    assert "topic" not in git(clone, "ls-remote", "--heads", "origin")


def test_the_hooks_need_no_public_git_host_and_pin_what_they_install():
    assert {hook["language"] for hook in HOOKS} == {"python"}
    for hook in HOOKS:
        assert all("==" in requirement for requirement in hook["additional_dependencies"])
        assert f"antrea-gitops=={__version__}" in hook["additional_dependencies"]


def test_the_published_hooks_check_another_repository(clone: Path, environment: dict[str, str], tmp_path: Path):
    project = tmp_path / "project"
    project.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, project / name)
    git(project, "init", "--quiet")
    commit(project, "v1")
    ids = [{"id": hook["id"]} for hook in PUBLISHED]
    config = {"repos": [{"repo": str(project), "rev": "v1", "hooks": ids}]}
    (clone / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    (clone / ".yamllint.yaml").write_text("extends: default\nrules: {}\nignore: ['*']\n")
    git(clone, "add", "--all")
    code, output = pre_commit(clone, environment, "run", "--all-files")
    assert code == 0, output
    edit(clone / "install-config.yaml", "networkType: antrea", "networkType: Antrea")
    git(clone, "add", "--all")
    code, output = pre_commit(clone, environment, "run")
    assert (code, "antrea-gitops-check" in failed(output)) == (1, True), output
