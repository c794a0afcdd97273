"""A template with one release, and a repository that was made from it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from antrea_generator.update import copier_process, run, worker
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
    """For a test that runs Copier as it is run in earnest."""


@pytest.fixture
def judged() -> None:
    """For a test of an outcome that is rendered, checked and compared."""


@pytest.fixture(autouse=True)
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tests do without what takes seconds and is not what they are about."""
    if "own_process" not in request.fixturenames:
        monkeypatch.setattr(copier_process.CopierProcess, "_done", lambda _, job: worker.done(job))
    if "judged" not in request.fixturenames:
        monkeypatch.setattr(run, "errors_of", lambda _: frozenset())
        monkeypatch.setattr(run, "rendered", lambda _: None)
        monkeypatch.setattr(run, "refuse_new_errors", lambda *_: None)
        monkeypatch.setattr(run, "told", lambda *_: "")
