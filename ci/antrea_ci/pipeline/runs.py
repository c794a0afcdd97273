"""The run of a pipeline that this process is part of, by what its host says in the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import quote, urlsplit

from antrea_ci.pipeline.json_values import fields
from antrea_ci.web import shown

Host: TypeAlias = Literal["github", "gitlab"]
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_LARGEST_EVENT = 32 << 20
_LOGIN = re.compile(r"(?<=//)[^/?#]*@")


@dataclass(frozen=True)
class Run:
    """One run; what its host does not tell is empty. ``commit``: what it was started for. Only GitHub has attempts."""

    host: Host
    id: str
    attempt: str
    url: str
    commit: str

    def as_json(self) -> dict[str, str]:
        """The form of the provenance record, which has the commit from Git."""
        return {"host": self.host, "id": self.id, "attempt": self.attempt, "url": self.url}


def current_run(environment: Mapping[str, str]) -> Run | None:
    """The run that ``environment`` tells of; None on a person's machine."""
    if environment.get("GITLAB_CI") == "true":
        address = environment.get("CI_JOB_URL") or environment.get("CI_PIPELINE_URL", "")
        commit = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA", "")
        return _run("gitlab", environment.get("CI_PIPELINE_ID", ""), "", address, commit)
    if environment.get("GITHUB_ACTIONS") == "true":
        server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
        repository, number = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_RUN_ID", "")
        address = f"{server}/{repository}/actions/runs/{number}" if repository and number else ""
        # Of a pull request GITHUB_SHA is a merge that nobody made.
        head = fields(pull_request(environment).get("head")).get("sha") or environment.get("GITHUB_SHA", "")
        return _run("github", number, environment.get("GITHUB_RUN_ATTEMPT", ""), address, str(head))
    return None


def pull_request(environment: Mapping[str, str]) -> Mapping[str, object]:
    """What GitHub's event says of its pull request; empty where there is none."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        with Path(path).open("rb") as stream:
            return fields(fields(json.loads(stream.read(_LARGEST_EVENT))).get("pull_request"))
    except (OSError, ValueError, RecursionError):
        return {}


def without_login(url: str) -> str:
    """``url`` without what stands before its host, but for the ``git@`` that everybody has."""
    return _LOGIN.sub(lambda found: found[0] if found[0] == "git@" else "", url)


def _run(host: Host, number: str, attempt: str, address: str, commit: str) -> Run:
    return Run(host, number, attempt, _linkable(address), commit if _COMMIT.fullmatch(commit) else "")


def _linkable(address: str) -> str:
    """The address as a link of Markdown may hold it; empty where it is none."""
    try:
        whole = urlsplit(address)
    except ValueError:
        return ""
    return quote(shown(address), safe=":/-._~%[]") if whole.scheme in ("https", "http") else ""
