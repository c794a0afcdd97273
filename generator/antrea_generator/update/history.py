"""The template with its versions: an update needs the one that a repository was made from, and the one to come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from antrea_ci import vcs
from antrea_ci.errors import FindingsError, MissingRequirementError, UsageError
from antrea_ci.findings import Finding
from antrea_ci.process import Completed
from antrea_generator.update.copier_process import expanded

_FETCH_SECONDS = 600.0
_OFFLINE = (
    "name one that this machine reaches with `--template`: a mirror, a clone, or a file of `git bundle create "
    "template.bundle --all`; it must hold the versions before and after the update"
)


@dataclass(frozen=True)
class TemplateHistory:
    """A bare clone of the template. ``url`` is what the answers file names."""

    url: str
    mirror: Path

    def commit(self, ref: str) -> str | None:
        """The id of the commit that a tag, branch or (short) id names; None where there is none."""
        return vcs.commit_of(self.mirror, ref)

    def newest(self) -> str:
        """The newest tag that is a version and no pre-release, as Copier takes it; HEAD where there is none."""
        found = [(version, tag) for tag in self._lines("tag", "--list") if (version := version_of(tag))]
        released = [pair for pair in found if not pair[0].is_prerelease]
        return max(released)[1] if released else "HEAD"

    def label(self, commit: str) -> str:
        """How messages name a commit: its tag, or the nearest one with the distance."""
        return next(iter(self._lines("describe", "--tags", "--always", commit)), commit[:12])

    def is_before(self, first: str, second: str) -> bool:
        """Whether ``first`` is an older commit in the history of ``second``."""
        done = vcs.git(self.mirror, "merge-base", "--is-ancestor", first, second)
        return first != second and done is not None and done.code == 0

    def checkout(self, commit: str, folder: Path) -> Path:
        """Writes the files of ``commit`` to ``folder``, without Git's own; returns it."""
        folder.mkdir()
        places = (f"--git-dir={self.mirror}", f"--work-tree={folder}")
        _succeeded(vcs.git(folder, *places, "-c", "core.autocrlf=false", "checkout", "--force", commit, "--", "."))
        return folder

    def _lines(self, *arguments: str) -> list[str]:
        return _succeeded(vcs.git(self.mirror, *arguments)).stdout.decode("utf-8", "replace").splitlines()


def fetch(url: str, folder: Path) -> TemplateHistory:
    """Clones the template into ``folder``. Raises FindingsError where it cannot be had."""
    mirror = folder / "template.git"
    if Path(url).is_dir() and vcs.commit_of(Path(url), "HEAD") is None:
        message = f"{url} is a folder without Git: the version before the update cannot be had from it"
        raise FindingsError([Finding("template/source", message, fix="name a clone of the template")])
    done = vcs.git(folder, "clone", "--quiet", "--mirror", "--", expanded(url), str(mirror), timeout=_FETCH_SECONDS)
    if done is None:
        raise MissingRequirementError("git is not on this machine", fix="install git and put it on PATH")
    if done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        message = f"the template {url} cannot be fetched: {said[-1] if said else 'git failed'}"
        why = "the changes of the template are those between the recorded version and the new one; both are needed"
        raise FindingsError([Finding("template/source", message, why=why, fix=_OFFLINE)])
    return TemplateHistory(url, mirror)


def target(history: TemplateHistory, ref: str | None) -> str:
    """The commit that is asked for, or that of the newest tag."""
    wanted = ref or history.newest()
    commit = history.commit(wanted)
    if commit is None:
        raise UsageError(f"the template {history.url} has no {wanted}", fix="name a tag, a branch or a commit of it")
    return commit


def recorded(history: TemplateHistory, ref: str) -> str:
    """The commit from which the repository was made; raises FindingsError where the template does not have it."""
    commit = history.commit(ref)
    if commit is None:
        message = f"the template {history.url} has no {ref}, the version that .copier-answers.yml records"
        why = "without it nobody can tell what people changed from what the template wrote"
        raise FindingsError([Finding("template/source", message, why=why, fix=_OFFLINE)])
    return commit


def version_of(tag: str) -> Version | None:
    """The version that a tag, or what ``git describe`` says of a commit, names; None for any other word."""
    for text in (tag, tag.rsplit("-", 2)[0]):
        try:
            return Version(text)
        except InvalidVersion:
            continue
    return None


def _succeeded(done: Completed | None) -> Completed:
    assert done is not None, "the clone was made with git"
    if done.code != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise FindingsError([Finding("template/source", f"git cannot read the template: {said}")])
    return done
