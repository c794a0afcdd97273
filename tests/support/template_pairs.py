"""For tests of updates: a template of three questions and three files, and a cluster repository made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import copier

from support.repos import Ran, commit, git, run
from support.small import rendering_repo

COPIER = """\
_subdirectory: template
_envops: {undefined: jinja2.StrictUndefined}
_skip_if_exists: [cluster.yaml]
cluster_network:
  type: str
  default: 10.128.0.0/14
  validator: "{% if '/' not in cluster_network %}write a prefix{% endif %}"
ci: {type: str, choices: [github, gitlab, both], default: github}
runner: {type: str, default: small}
"""
FILES = {
    "copier.yml": COPIER,
    "template/.copier-answers.yml.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "template/NOTES.md.jinja": "# Notes\n\nThe network is {{ cluster_network }}.\n\nfirst\n\nlast\n",
    "template/pipeline.yml.jinja": "ci: {{ ci }}\nrunner: {{ runner }}\n",
    "template/extra.txt": "extra\n",
    "template/requirements.txt": "antrea-gitops==0.1.0\n",
}


@dataclass(frozen=True)
class Pair:
    """A template at v0.1.0, and a committed repository that was made from it."""

    template: Path
    repo: Path

    def release(self, files: Mapping[str, str | None], tag: str = "v0.2.0") -> None:
        """Changes files of the template (None removes one) and tags the commit."""
        write(self.template, files)
        commit(self.template, tag)

    def questions(self, old: str, new: str) -> None:
        """Releases v0.2.0 with another text in copier.yml."""
        assert old in COPIER
        self.release({"copier.yml": COPIER.replace(old, new)})

    def change(self, files: Mapping[str, str | None]) -> None:
        """Commits other files in the repository."""
        write(self.repo, files)
        commit(self.repo)

    def update(self, *argv: str) -> Ran:
        return run("update", *argv, cwd=self.repo)

    def refused(self, *argv: str, code: int = 1) -> str:
        """What an update that ends with ``code`` prints; the repository must be as it was."""
        before = self.state()
        done = self.update(*argv)
        assert done.code == code, (done.code, done.out, done.err)
        assert self.state() == before
        return done.err

    def status(self) -> list[str]:
        """What differs from the last commit, as ``D extra.txt``, sorted."""
        return sorted(
            line.strip() for line in git(self.repo, "status", "--porcelain", "--untracked-files=all").splitlines()
        )

    def state(self) -> dict[str, bytes]:
        """Every file, those of Git too."""
        return {
            str(path.relative_to(self.repo)): path.read_bytes()
            for path in sorted(self.repo.rglob("*"))
            if path.is_file()
        }


def write(folder: Path, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink() if text is None else path.write_text(text)


def make_pair(folder: Path) -> Pair:
    """Both below ``folder``; the answers ``ci`` and ``runner`` are not the defaults."""
    template, repo = folder / "template.git", folder / "ocp"
    write(template, FILES)
    git(folder, "init", "--quiet", str(template))
    commit(template, "v0.1.0")
    rendering_repo(repo)
    answers = {"ci": "both", "runner": "large"}
    copier.run_copy(f"file://{template}", repo, data=answers, defaults=True, quiet=True)
    assert run("render", cwd=repo).code == 0
    git(folder, "init", "--quiet", str(repo))
    commit(repo)
    return Pair(template, repo)
