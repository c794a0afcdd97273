"""The only module that talks to Git."""

from __future__ import annotations

from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError

# A person's own ignores, line endings and hooks must not decide what a repository holds.
_NEUTRAL = ("core.excludesFile=", "core.autocrlf=false", "core.attributesFile=", "core.fsmonitor=false")
_FALLBACK_NAME = "antrea-gitops"
_FALLBACK_EMAIL = "antrea-gitops@localhost"


def create_repository(folder: Path, message: str, *, branch: str = "main") -> str:
    """Makes ``folder`` a Git repository with everything in it committed; returns the id of the commit.

    Author and committer are the user's own where Git knows them. Raises MissingRequirementError without Git.
    """
    try:
        import git
    except ImportError:  # GitPython refuses to be imported where there is no git
        raise MissingRequirementError("git is not on this machine", fix="install git and put it on PATH") from None
    try:
        repository = git.Repo.init(folder, initial_branch=branch)
        options = [part for setting in (*_NEUTRAL, *_identity(repository)) for part in ("-c", setting)]
        with repository:
            run = repository.git.execute
            run(["git", *options, "add", "--all"])
            run(["git", *options, "commit", "--quiet", "--no-verify", "--message", message])
            return repository.head.commit.hexsha
    except git.GitCommandError as error:
        raise AntreaGitopsError(f"git failed: {str(error.stderr).strip()}") from None


def _identity(repository: object) -> list[str]:
    """The fallback's settings, unless git itself, which reads all its files, knows both people."""
    import git

    assert isinstance(repository, git.Repo)
    try:
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            repository.git.execute(["git", "-c", "user.useConfigOnly=true", "var", who])
    except git.GitCommandError:
        return [f"user.name={_FALLBACK_NAME}", f"user.email={_FALLBACK_EMAIL}"]
    return []
