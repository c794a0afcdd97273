"""Runs the generated GitLab pipeline with gitlab-ci-local's shell executor on this machine.

It keeps to stages, `needs`, `rules`, `extends`, variables and artifacts; it knows nothing of protected environments,
resource groups, tags and the scope of a variable.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.act import Job
from support.hosted import Hosted, PullRequest
from support.programs import program, search_path

PROJECT = "7"
TOKEN = "token-of-the-project"
_ENDED = re.compile(r"^ (PASS|FAIL|WARN)  (\S+)", re.MULTILINE)
_TIMEOUT = 180


def run(
    hosted: Hosted,
    variables: Mapping[str, str],
    folder: Path,
    *,
    jobs: Sequence[str] = (),
    path: Sequence[Path] = (),
    isolated: bool = True,
) -> dict[str, Job]:
    """Every job that ran, by its name, in the pipeline for what is checked out in ``hosted.clone``.

    Without ``jobs`` all that the rules admit but manual ones; named ones alone, with artifacts of an earlier run in the
    same ``folder``. ``isolated``: each job has a folder of its own, as on a runner; else all share the clone.
    """
    command = [str(program("gitlab-ci-local")), *jobs, "--force-shell-executor", "--no-color"]
    command += ["--state-dir", os.path.relpath(folder / "state", hosted.clone), "--home", str(folder)]
    # The file is held against GitLab's own schema by another test.
    command += ["--no-json-schema-validation", *(["--shell-isolation"] if isolated else [])]
    given = {"CI_PROJECT_ID": PROJECT, **variables}
    command += ["--ignore-predefined-vars", ",".join(given)]
    command += [word for name, value in given.items() for word in ("--variable", f"{name}={value}")]
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder / "tmp")}
    environment["PATH"] = os.pathsep.join([*map(str, path), search_path()])
    done = subprocess.run(
        command, cwd=hosted.clone, env=environment, capture_output=True, text=True, check=False, timeout=_TIMEOUT
    )
    ended = {name: state == "PASS" for state, name in _ENDED.findall(done.stdout)}
    assert ended, done.stdout + done.stderr
    assert (done.returncode == 0) == all(ended.values()), done.stdout + done.stderr
    return {name: Job("success" if passed else "failure", _log(folder, name)) for name, passed in ended.items()}


def merge_request(pull: PullRequest, api: str, *, user: str = "someone", fork: bool = False) -> dict[str, str]:
    """The predefined variables of a merge request's pipeline that differ from a branch's."""
    return {
        "GITLAB_CI": "true",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "3",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.base,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": pull.head,
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": pull.branch,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8" if fork else PROJECT,
        "CI_API_V4_URL": f"{api}/api/v4",
        "ANTREA_GITOPS_GITLAB_TOKEN": TOKEN,
        "GITLAB_USER_LOGIN": user,
        "DEPENDENCY_BOT": "renovate-bot",
    }


def _log(folder: Path, job: str) -> str:
    path = folder / "state" / "output" / f"{job}.log"
    return path.read_text() if path.exists() else ""
