"""Where the comment of this pipeline belongs, by what the host put into the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError, UsageError
from antrea_ci.pipeline.api import Api, checked_base, checked_token
from antrea_ci.pipeline.runs import pull_request
from antrea_ci.pipeline.threads import GitHub, GitLab, Thread

GITHUB_TOKEN = "GITHUB_TOKEN"  # noqa: S105 (the variable's name)
GITLAB_TOKEN = "ANTREA_GITOPS_GITLAB_TOKEN"  # noqa: S105
_GITHUB = ("GITHUB_REPOSITORY",)
_GITLAB = ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID")
_MERGE_REF = re.compile(r"refs/pull/([0-9]+)/(?:merge|head)")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
# docs.github.com, "About authentication to GitHub", "GitHub's token formats".
_OF_APPS = "ghs_"
_OF_PEOPLE = ("ghp_", "gho_", "ghu_", "github_pat_")


def thread(environment: Mapping[str, str]) -> Thread:
    """The pull or merge request of this pipeline.

    Raises UsageError naming every variable that is missing or of no use, MissingRequirementError without a token.
    """
    if _is_gitlab(environment):
        return _gitlab(environment)
    if environment.get("GITHUB_ACTIONS") == "true" or environment.get("GITHUB_REPOSITORY"):
        return _github(environment)
    raise UsageError(
        "this is no pipeline of a pull or merge request: neither host's variables are there",
        fix=f"GitHub sets {', '.join(_GITHUB)} and GITHUB_EVENT_PATH, the job adds {GITHUB_TOKEN}; GitLab sets "
        f"{', '.join(_GITLAB)}, the project has {GITLAB_TOKEN}. Elsewhere: --dry-run prints the comment",
    )


def _is_gitlab(environment: Mapping[str, str]) -> bool:
    """A runner of one host may itself be started by the other: then the variables that are complete decide."""
    if environment.get("GITLAB_CI") == "true":
        return environment.get("GITHUB_ACTIONS") != "true" or not _missing(environment, (*_GITLAB, GITLAB_TOKEN))
    if environment.get("GITHUB_ACTIONS") == "true":
        return False
    return bool(environment.get("CI_PROJECT_ID")) and not environment.get("GITHUB_REPOSITORY")


def _github(environment: Mapping[str, str]) -> GitHub:
    _require(environment, _GITHUB, GITHUB_TOKEN)
    repository = environment["GITHUB_REPOSITORY"]
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError("GITHUB_REPOSITORY is not OWNER/NAME")
    number = _pull_number(environment)
    token = checked_token(environment[GITHUB_TOKEN], GITHUB_TOKEN)
    base = checked_base(environment.get("GITHUB_API_URL") or "https://api.github.com", "GITHUB_API_URL")
    login = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
    kind = "bot" if token.startswith(_OF_APPS) else "person" if token.startswith(_OF_PEOPLE) else ""
    return GitHub(Api(base, login, "application/vnd.github+json"), repository, number, kind)


def _pull_number(environment: Mapping[str, str]) -> int:
    number = pull_request(environment).get("number")
    if isinstance(number, int) and number > 0:
        return number
    found = _MERGE_REF.fullmatch(environment.get("GITHUB_REF", ""))
    if found:
        return int(found[1])
    raise UsageError(
        "this run belongs to no pull request: neither GITHUB_EVENT_PATH (`pull_request.number`) nor GITHUB_REF "
        "(`refs/pull/N/merge`) names one",
        fix="run this job `on: pull_request` only",
    )


def _gitlab(environment: Mapping[str, str]) -> GitLab:
    _require(environment, _GITLAB, GITLAB_TOKEN)
    project, number = environment["CI_PROJECT_ID"], environment["CI_MERGE_REQUEST_IID"]
    if not (number.isascii() and number.isdigit()):
        raise UsageError("CI_MERGE_REQUEST_IID is not a number")
    base = checked_base(environment["CI_API_V4_URL"], "CI_API_V4_URL")
    token = checked_token(environment[GITLAB_TOKEN], GITLAB_TOKEN)
    ca_file = environment.get("CI_SERVER_TLS_CA_FILE", "")
    api = Api(base, {"PRIVATE-TOKEN": token}, ca_file=ca_file if Path(ca_file).is_file() else "")
    return GitLab(api, quote(project, safe=""), int(number))


def _require(environment: Mapping[str, str], names: Sequence[str], token: str) -> None:
    missing = _missing(environment, names)
    if missing:
        raise _lacking(missing, token)
    if _missing(environment, (token,)):
        raise MissingRequirementError(f"{token} is not set, so nobody may comment", fix=_TOKEN_FIXES[token])


def _lacking(missing: Sequence[str], token: str) -> AntreaGitopsError:
    kind, how = ("pull", "on: pull_request") if token == GITHUB_TOKEN else ("merge", "for merge_request_event")
    return UsageError(
        f"this is no pipeline of a {kind} request: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
        fix=f"run this job `{how}` only; --dry-run prints the comment",
    )


_TOKEN_FIXES: Mapping[str, str] = {
    GITHUB_TOKEN: "give the step `env: {GITHUB_TOKEN: ${{ github.token }}}` and the job `permissions: "
    "{pull-requests: write}`",
    GITLAB_TOKEN: f"store a project access token with the scope `api` as the masked CI/CD variable {GITLAB_TOKEN}",
}


def _missing(environment: Mapping[str, str], names: Sequence[str]) -> list[str]:
    return [name for name in names if not environment.get(name, "").strip()]
