"""What an update starts from: the clone with its stored answers, the two versions of the template, and Copier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo
from antrea_generator.update.comparison import rejected_answers
from antrea_generator.update.copier_process import CopierProcess
from antrea_generator.update.history import fetch
from antrea_generator.update.scratch import Scratch
from antrea_generator.update.stored import Stored, read_stored
from antrea_generator.update.versions import TemplateVersion, versions

# A scheme, one of Copier's short forms, or host:path as ssh takes it.
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|g[hl]:|[^/]+:)")


@dataclass(frozen=True)
class Setting:
    """``born``: the repository as the recorded version writes it for the stored answers."""

    clone: Scratch
    stored: Stored
    source: str
    copier: CopierProcess
    old: TemplateVersion
    new: TemplateVersion
    born: ClusterRepo

    @property
    def moves(self) -> bool:
        """Whether another version, or another source, is to be recorded."""
        return self.old.commit != self.new.commit or self.source != self.stored.source


def setting(repo: ClusterRepo, clone: Scratch, template: str | None, to: str | None) -> Setting:
    """Reads, fetches and checks; raises FindingsError with every problem of a step, or another AntreaGitopsError."""
    stored = read_stored(clone.repo)
    source = _recorded(stored, repo.root) if template is None else _given(template)
    history = fetch(source, clone.work)
    copier = CopierProcess(clone.work, source, history.mirror)
    old, new = versions(history, stored.commit, to, clone.work)
    return Setting(clone, stored, source, copier, old, new, _born(clone.work / "born", stored, copier, old))


def _given(template: str) -> str:
    """Recorded in the answers file, a relative path would mean another folder at the next update."""
    path = Path(template).expanduser()
    return str(path.resolve()) if path.exists() else template


def _recorded(stored: Stored, root: Path) -> str:
    """The recorded source; a relative path, which stock Copier records as given, by where it leads to from here."""
    path = Path(stored.source).expanduser()
    if path.is_absolute() or _ADDRESS.match(stored.source):
        return str(path) if path.is_absolute() else stored.source
    found = next((base / path for base in (Path(), root, root.parent) if (base / path).exists()), None)
    if found is None:
        message = f"the template was at {stored.source}, a path from a folder that nobody recorded"
        fix = "name the template with `--template`; it is recorded in full"
        raise FindingsError([Finding("template/source", message, location=stored.place("_src_path"), fix=fix)])
    return str(found.resolve())


def _born(folder: Path, stored: Stored, copier: CopierProcess, old: TemplateVersion) -> ClusterRepo:
    questions = old.config.questions
    answers = {name: stored.answers[name] for name in questions if name in stored.answers}
    outcome = copier.copy(old.folder, folder, answers)
    if outcome["rejected"]:
        raise FindingsError([*rejected_answers(outcome, answers, old, stored)])
    if outcome["error"]:
        raise AntreaGitopsError(f"Copier cannot use {old.label} of the template {copier.url}: {outcome['error']}")
    return ClusterRepo(folder)
