"""Reports as the first job of a pipeline leaves them, and the environments of the two hosts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from antrea_ci.diff.model import ChangeClass, ListChange, ObjectChange, PathChange, RepositoryDiff
from antrea_ci.diff.report_json import to_json
from antrea_ci.findings import Finding, Location, Severity
from support.forge import Forge

TOKEN = "canary-7f1c0a9e5d3b"
GITHUB_THREAD = "repos/acme/ocp/issues/7"
GITLAB_THREAD = "projects/9/merge_requests/3"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def finding(message: str = "the networks overlap", *, severity: str = "error", **more: object) -> dict[str, object]:
    """An entry of check.json."""
    place = Location("install-config.yaml", 12, 3)
    told = Finding("network/overlap", message, Severity(severity), place, fix="choose another")
    return {**told.as_json(), **more}


def difference(before: object = "a", after: object = "b", *, path: str = "spec.x", **more: object) -> RepositoryDiff:
    """A diff of one object with one line."""
    line = PathChange(path, before, after, (ChangeClass.RESTARTS_AGENTS,), "the agents read it once")
    change = ObjectChange("changed", "ConfigMap/kube-system/antrea", (ChangeClass.RESTARTS_AGENTS,), (line,))
    images = ListChange(("r.example.com/antrea:1",), ("r.example.com/antrea:2",))
    return RepositoryDiff("ocp", "main", "HEAD", (change,), images, **more)


def write_reports(
    folder: Path, findings: Iterable[Mapping[str, object]] | None = (), diff: RepositoryDiff | None = None
) -> Path:
    """check.json and diff.json in ``folder``, either left out by None."""
    folder.mkdir(parents=True, exist_ok=True)
    if findings is not None:
        told = {"findings": list(findings), "summary": {"errors": 0, "warnings": 0}}
        (folder / "check.json").write_text(json.dumps(told))
    if diff is not None:
        (folder / "diff.json").write_text(json.dumps(to_json([diff])))
    return folder


def github(forge: Forge, folder: Path, **more: str) -> dict[str, str]:
    """What GitHub puts into the environment of a job for pull request 7 of acme/ocp."""
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": COMMIT}}}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": forge.url,
        "GITHUB_SERVER_URL": "https://github.example.com",
        "GITHUB_REPOSITORY": "acme/ocp",
        "GITHUB_RUN_ID": "42",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": "f" * 40,
        **more,
    }


def gitlab(forge: Forge, **more: str) -> dict[str, str]:
    """What GitLab puts into the environment of a job for merge request 3 of project 9."""
    return {
        "GITLAB_CI": "true",
        "ANTREA_GITOPS_GITLAB_TOKEN": TOKEN,
        "CI_API_V4_URL": f"{forge.url}/api/v4",
        "CI_PROJECT_ID": "9",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_JOB_URL": "https://gitlab.example.com/acme/ocp/-/jobs/42",
        "CI_COMMIT_SHA": COMMIT,
        **more,
    }


def host_of(forge: Forge) -> str:
    """Host and port."""
    return urlsplit(forge.url).netloc
