"""Opens a pull or merge request for a branch that this run has pushed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.pipeline.api import Api, ApiError, checked_base, checked_token
from antrea_ci.pipeline.json_values import entries, fields
from antrea_ci.pipeline.target import GITHUB_TOKEN, GITLAB_TOKEN


def open_request(environment: Mapping[str, str], head: str, base: str, title: str) -> str:
    """The address of an open request from ``head`` to ``base``; empty where the host takes none from here.

    One that is open already is taken. Nothing is raised: the branch is pushed, and a person can open it.
    """
    try:
        if environment.get("GITHUB_REPOSITORY") and environment.get(GITHUB_TOKEN, "").strip():
            return _on_github(environment, head, base, title)
        if environment.get("CI_PROJECT_ID") and environment.get(GITLAB_TOKEN, "").strip():
            return _on_gitlab(environment, head, base, title)
    except AntreaGitopsError:
        return ""
    return ""


def _on_github(environment: Mapping[str, str], head: str, base: str, title: str) -> str:
    api = Api(
        checked_base(environment.get("GITHUB_API_URL") or "https://api.github.com", "GITHUB_API_URL"),
        {
            "Authorization": f"Bearer {checked_token(environment[GITHUB_TOKEN], GITHUB_TOKEN)}",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        "application/vnd.github+json",
    )
    repository = environment["GITHUB_REPOSITORY"]
    path = f"/repos/{repository}/pulls"
    try:
        return _address(api.call("POST", path, {"title": title, "head": head, "base": base}).value, "html_url")
    except ApiError as error:
        if error.status != 422:  # of one that is open already
            raise
    owner = repository.partition("/")[0]
    query = f"?state=open&head={quote(f'{owner}:{head}')}&base={quote(base)}"
    return _first(api.call("GET", path + query).value, "html_url")


def _on_gitlab(environment: Mapping[str, str], head: str, base: str, title: str) -> str:
    api = Api(
        checked_base(environment.get("CI_API_V4_URL", ""), "CI_API_V4_URL"),
        {"PRIVATE-TOKEN": checked_token(environment[GITLAB_TOKEN], GITLAB_TOKEN)},
        ca_file=environment.get("CI_SERVER_TLS_CA_FILE", ""),
    )
    path = f"/projects/{quote(environment['CI_PROJECT_ID'], safe='')}/merge_requests"
    body = {"title": title, "source_branch": head, "target_branch": base}
    try:
        return _address(api.call("POST", path, body).value, "web_url")
    except ApiError as error:
        if error.status != 409:
            raise
    query = f"?state=opened&source_branch={quote(head, safe='')}&target_branch={quote(base, safe='')}"
    return _first(api.call("GET", path + query).value, "web_url")


def _address(answer: object, key: str) -> str:
    found = fields(answer).get(key)
    return found if isinstance(found, str) else ""


def _first(answer: object, key: str) -> str:
    return next((found for entry in entries(answer) if (found := _address(entry, key))), "")
