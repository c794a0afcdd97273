"""A committed cluster repository for each test to change."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.repos import Ran, commit, git, run

CLUSTER, RENDERED = "cluster.yaml", "rendered/install"


@dataclass(frozen=True)
class Changed:
    """A repository that starts as ``new`` left it, with its first commit tagged ``base``."""

    root: Path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces the one place of a file that reads ``old``."""
        text = (self.root / name).read_text()
        assert text.count(old) == 1, (name, old, text.count(old))
        (self.root / name).write_text(text.replace(old, new))

    def write(self, name: str, text: str) -> None:
        """Writes a file and its folders."""
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def add_object(self, name: str, text: str) -> None:
        """Adds a manifest to the overlay."""
        self.write(f"antrea/overlays/install/{name}", text)
        kustomization = self.root / "antrea/overlays/install/kustomization.yaml"
        kustomization.write_text(kustomization.read_text().replace("../../bundle\n", f"../../bundle\n  - {name}\n"))

    def render(self) -> None:
        """Brings what is written up to date."""
        done = run("render", cwd=self.root)
        assert done.code == 0, done.err

    def commit(self, tag: str | None = None) -> None:
        """Commits everything."""
        commit(self.root, tag)

    def diff(self, *arguments: str) -> Ran:
        """``diff --base base``."""
        return run("diff", "--base", "base", *arguments, cwd=self.root)

    def told(self, *arguments: str) -> dict[str, Any]:
        """The JSON form."""
        return json.loads(self.diff("--format", "json", *arguments).out)

    def git(self, *arguments: str) -> str:
        """What git prints."""
        return git(self.root, *arguments)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    """What ``new`` makes; not to be changed."""
    folder = tmp_path_factory.mktemp("pristine") / "ocp"
    done = run("new", folder, "--defaults")
    assert done.code == 0, done.err
    git(folder, "tag", "base")
    return folder


@pytest.fixture
def repo(pristine: Path, tmp_path: Path) -> Changed:
    """A copy of its own for each test."""
    shutil.copytree(pristine, tmp_path / "ocp")
    return Changed(tmp_path / "ocp")
