"""The comments of a pull request on GitHub, or the notes of a merge request on GitLab."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias
from urllib.parse import urlencode

from antrea_ci.diff.markdown import GITHUB_LIMIT, GITLAB_LIMIT
from antrea_ci.pipeline.answers import Answer
from antrea_ci.pipeline.api import Api, ApiError
from antrea_ci.pipeline.json_values import entries, fields

Kind: TypeAlias = Literal["bot", "person", ""]
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next\b')
_PAGE = re.compile(r"&page=[0-9]+$")
_MOST_PAGES = 1_000


@dataclass(frozen=True)
class Comment:
    """A comment. ``author`` is a login name; ``kind`` is ``bot``, ``person``, or empty where the host does not say."""

    id: str
    body: str
    author: str
    kind: Kind


class Thread(Protocol):
    """Where comments stand. Every method raises ApiError."""

    @property
    def limit(self) -> int:
        """Characters that a comment may have."""
        ...

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def comments(self) -> Iterator[Comment]:
        """All of them, the oldest first."""
        ...

    def ours(self, comments: Sequence[Comment]) -> Sequence[Comment]:
        """Those that the token's owner wrote. Where the host does not tell, the oldest: a mark can be pasted later."""
        ...

    def create(self, body: str) -> None:
        """Adds a comment; UncertainError where it may be there or not."""
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Replaces the text of a comment."""
        ...

    def explained(self, error: ApiError) -> ApiError:
        """The error with what to do about it."""
        ...


@dataclass(frozen=True)
class GitHub:
    """A pull request. ``owner`` is whose the token is: a bot, as of every app, or a person."""

    api: Api
    repository: str
    number: int
    owner: Kind = ""
    limit: int = GITHUB_LIMIT

    @property
    def name(self) -> str:
        return f"pull request {self.number} of {self.repository}"

    def comments(self) -> Iterator[Comment]:
        # docs.github.com/rest/issues/comments: oldest first; a pull request is an issue too.
        url = f"/repos/{self.repository}/issues/{self.number}/comments?per_page=100"
        for page in _pages(self.api, url):
            yield from (_comment(entry, "user", "login") for entry in entries(page.value))

    def ours(self, comments: Sequence[Comment]) -> Sequence[Comment]:
        # The token of a job, or of another app, writes as `<app>[bot]` and may not ask for its own name.
        bots = [one for one in comments if one.kind == "bot"]
        if self.owner == "bot" or (bots and self.owner != "person"):
            return bots
        return _own(self.api, "login", comments)

    def create(self, body: str) -> None:
        self.api.call("POST", f"/repos/{self.repository}/issues/{self.number}/comments", {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        self.api.call("PATCH", f"/repos/{self.repository}/issues/comments/{comment.id}", {"body": body})

    def explained(self, error: ApiError) -> ApiError:
        return _explained(error, self.name, _GITHUB_FIXES)


@dataclass(frozen=True)
class GitLab:
    """A merge request of the project with the id ``project``."""

    api: Api
    project: str
    number: int
    limit: int = GITLAB_LIMIT

    @property
    def name(self) -> str:
        return f"merge request {self.number} of project {self.project}"

    def comments(self) -> Iterator[Comment]:
        # docs.gitlab.com/api/notes. A note can have a million characters, so that pages are kept small.
        order = {"sort": "asc", "order_by": "created_at", "per_page": "20"}
        for page in _pages(self.api, f"{self._notes}?{urlencode(order)}"):
            for entry in entries(page.value):
                if not fields(entry).get("system"):
                    yield _comment(entry, "author", "username")

    def ours(self, comments: Sequence[Comment]) -> Sequence[Comment]:
        return _own(self.api, "username", comments)

    def create(self, body: str) -> None:
        self.api.call("POST", self._notes, {"body": body})

    def update(self, comment: Comment, body: str) -> None:
        self.api.call("PUT", f"{self._notes}/{comment.id}", {"body": body})

    def explained(self, error: ApiError) -> ApiError:
        return _explained(error, self.name, _GITLAB_FIXES)

    @property
    def _notes(self) -> str:
        return f"/projects/{self.project}/merge_requests/{self.number}/notes"


_GITHUB_FIXES: Mapping[int, str] = {
    401: "GITHUB_TOKEN is not valid, or no longer: give the job `GITHUB_TOKEN: ${{ github.token }}`",
    # docs.github.com, "Dependabot on GitHub Actions": a job for Dependabot's pull requests gets what it asks for.
    403: "the job needs `permissions: pull-requests: write`. For pull requests from forks the token is read-only "
    "whatever the job asks for: leave this job out there, the job's summary page has the report",
    404: "the token does not see it: check repository and number, and give the job `permissions: pull-requests: write`",
}
_GITLAB_FIXES: Mapping[int, str] = {
    401: "ANTREA_GITOPS_GITLAB_TOKEN is not valid, or no longer: store a new project access token",
    403: "ANTREA_GITOPS_GITLAB_TOKEN needs the scope `api` and at least the role Reporter in this project",
    404: "ANTREA_GITOPS_GITLAB_TOKEN does not see it: it needs the scope `api` and at least the role Reporter in this "
    "project; a variable that is protected is not there for merge requests from other branches",
}


def _explained(error: ApiError, where: str, fixes: Mapping[int, str]) -> ApiError:
    fix = error.fix or fixes.get(error.status, "")
    return ApiError(f"no comment on {where}: {error.message}", status=error.status, fix=fix)


def _pages(api: Api, url: str) -> Iterator[Answer]:
    for _ in range(_MOST_PAGES):
        page = api.call("GET", url)
        yield page
        url = _next(url, page)
        if not url:
            return
    raise ApiError(f"{_MOST_PAGES} pages of comments, and still more", status=0)


def _next(url: str, page: Answer) -> str:
    """The address of the next page; empty behind the last one."""
    number = page.headers.get("x-next-page")
    if number is None:
        found = _NEXT.search(page.headers.get("link", ""))
        return found[1] if found else ""
    # GitLab's own links may lead past the proxy by which it is reached.
    return f"{_PAGE.sub('', url)}&page={number}" if number.isdigit() else ""


def _comment(entry: object, author: str, name: str) -> Comment:
    told = fields(entry)
    writer = fields(told.get(author))
    login = str(writer.get(name) or "")
    is_bot = writer.get("type") == "Bot" or login.endswith("[bot]")
    kind: Kind = "bot" if is_bot else "person" if writer.get("type") == "User" else ""
    return Comment(str(told.get("id", "")), str(told.get("body") or ""), login, kind)


def _own(api: Api, key: str, comments: Sequence[Comment]) -> Sequence[Comment]:
    name = _own_name(api, key) if comments else ""
    if name:
        return [one for one in comments if one.author == name]
    return [one for one in comments if one.kind != "person"][:1]


def _own_name(api: Api, key: str) -> str:
    """Whom the token belongs to; empty where it may not ask."""
    try:
        return str(fields(api.call("GET", "/user").value).get(key) or "")
    except ApiError as error:
        if error.status in (401, 403, 404):
            return ""
        raise
