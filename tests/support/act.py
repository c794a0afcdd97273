"""Runs generated GitHub workflows with act on this machine, without a container engine.

act keeps to `needs`, `if`, expressions, inputs, secrets and artifacts' order; it knows nothing of permissions,
environments and concurrency. The actions that workflows use are replaced by those in ``actions/``, which do in small
what the real ones do; one that is missing there, or an input that it lacks, is a failed assertion.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support.hosted import Hosted, PullRequest
from support.programs import program

REPOSITORY = "org/ocp"
RUNNERS = ("ubuntu-latest", "cluster-install")
TOKEN = "token-of-the-run"
_ACTIONS = Path(__file__).parent / "actions"
_OF_ACT = ("⭐", "✅", "LocalRepositoryCache")
_TIMEOUT = 180


@dataclass(frozen=True)
class Job:
    """``conclusion`` is success, failure or skipped; ``log`` what steps printed, a line each."""

    conclusion: str
    log: str = ""


@dataclass(frozen=True)
class Settings:
    """What the host gives to a run besides the event."""

    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    path: Sequence[Path] = ()


def run(
    hosted: Hosted,
    workflow: str,
    event: str,
    payload: Mapping[str, Any],
    folder: Path,
    settings: Settings | None = None,
) -> dict[str, Job]:
    """Every job of ``workflow`` by its id, after a run at the commit that is checked out in ``hosted.clone``.

    ``folder`` gets what the run leaves: ``artifacts/NAME/``.
    """
    settings = settings or Settings()
    path = hosted.clone / ".github" / "workflows" / workflow
    (folder / "artifacts").mkdir(parents=True)
    (folder / "event.json").write_text(json.dumps({"repository": _repository(), **payload}))
    command = [
        str(program("act")),
        event,
        "--json",
        "--workflows",
        str(path),
        "--eventpath",
        str(folder / "event.json"),
    ]
    command += ["--no-skip-checkout", "--no-cache-server", "--action-cache-path", str(folder / "cache")]
    command += [word for runner in RUNNERS for word in ("--platform", f"{runner}=-self-hosted")]
    command += [word for action in _stand_ins(path) for word in ("--local-repository", action)]
    command += _options("--env", {**_environment(hosted, folder), **settings.environment})
    command += _options("--secret", {"GITHUB_TOKEN": TOKEN, **settings.secrets})
    command += _options("--var", settings.variables)
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    environment["PATH"] = os.pathsep.join([*map(str, settings.path), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=hosted.clone, env=environment, capture_output=True, text=True, check=False, timeout=_TIMEOUT
    )
    jobs = dict(_jobs(done.stdout, yaml.safe_load(path.read_text())["jobs"]))
    assert (done.returncode == 0) == all(job.conclusion != "failure" for job in jobs.values()), (
        done.stderr + done.stdout
    )
    return jobs


def pull_request_event(pull: PullRequest, *, user: str = "someone", fork: bool = False) -> dict[str, Any]:
    """The payload of `pull_request`."""
    head = {"ref": pull.branch, "sha": pull.head, "repo": {"full_name": "fork/ocp" if fork else REPOSITORY}}
    base = {"ref": "main", "sha": pull.base, "repo": {"full_name": REPOSITORY}}
    return {"number": 1, "pull_request": {"number": 1, "user": {"login": user}, "base": base, "head": head}}


def conclusions(jobs: Mapping[str, Job]) -> dict[str, str]:
    """How each job ended."""
    return {name: job.conclusion for name, job in jobs.items()}


def red(jobs: Mapping[str, Job]) -> set[str]:
    """The jobs that failed."""
    return {name for name, job in jobs.items() if job.conclusion == "failure"}


def without_message(jobs: Mapping[str, Job], messages: Mapping[str, str]) -> dict[str, str]:
    """The logs of the jobs that lack the message that they should have."""
    return {name: jobs[name].log for name, text in messages.items() if text not in jobs[name].log}


def _repository() -> dict[str, Any]:
    owner, _, name = REPOSITORY.partition("/")
    return {"full_name": REPOSITORY, "name": name, "owner": {"login": owner}, "default_branch": "main"}


def _environment(hosted: Hosted, folder: Path) -> dict[str, str]:
    return {
        "GITHUB_REPOSITORY": REPOSITORY,
        "TEST_ORIGIN": str(hosted.origin),
        "TEST_ARTIFACTS": str(folder / "artifacts"),
    }


def _options(option: str, values: Mapping[str, str]) -> list[str]:
    return [word for name, value in values.items() for word in (option, f"{name}={value}")]


def _stand_ins(workflow: Path) -> Iterator[str]:
    """Each action that the workflow uses, and the folder that stands in for it."""
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        for step in job["steps"]:
            action, _, commit = step.get("uses", "").partition("@")
            if commit:
                folder = _ACTIONS / action.removeprefix("actions/")
                known = yaml.safe_load((folder / "action.yml").read_text())["inputs"]
                assert step.get("with", {}).keys() <= known.keys(), f"the stand-in of {action} lacks an input"
                yield f"{action}@{commit}={folder}"


def _jobs(output: str, names: Sequence[str]) -> Iterator[tuple[str, Job]]:
    """From act's JSON, a line each; a job that never ran has none."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    for name in names:
        ours = [line for line in lines if line.get("jobID") == name]
        result = next((line["jobResult"] for line in ours if "jobResult" in line), "skipped")
        told = (line["msg"].strip() for line in ours)
        yield name, Job(result, "\n".join(text for text in told if not text.startswith(_OF_ACT)))
