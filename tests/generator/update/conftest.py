"""A template with one release, and a repository that was made from it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from antrea_generator.update import copier_process, worker
from support.repos import git
from support.template_pairs import Pair, make_pair


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def pair(made: Pair, tmp_path: Path) -> Pair:
    """A pair of one's own."""
    copied = Pair(tmp_path / "template.git", tmp_path / "ocp")
    shutil.copytree(made.template, copied.template)
    shutil.copytree(made.repo, copied.repo)
    answers = copied.repo / ".copier-answers.yml"
    answers.write_text(answers.read_text().replace(str(made.template), str(copied.template)))
    git(copied.repo, "commit", "--quiet", "--all", "--amend", "--no-edit")
    return copied


@pytest.fixture
def own_process() -> None:
    """For a test that starts Copier as it is started in earnest."""


@pytest.fixture(autouse=True)
def in_this_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves the second that a process takes to load Copier, but for tests that ask for ``own_process``."""
    if "own_process" not in request.fixturenames:
        monkeypatch.setattr(copier_process.CopierProcess, "_done", lambda _, job: worker.done(job))
