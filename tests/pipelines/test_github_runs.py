"""The generated GitHub workflows run, each job turns red by a fault of its own, and is green without it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from support import act
from support.act import Job, Settings, conclusions, red, without_message
from support.faults import CLEAN, EXPIRED, FAULTS
from support.forge import Forge, forge
from support.hosted import Change, Hosted, PullRequest
from support.http_server import serve
from support.package_index import Wheel, index
from support.pipeline_trees import OPERATIONS
from support.repos import git, run
from support.stand_in import PULL_SECRET, PULL_SECRET_PARTS, asked, names, stand_in
from support.workflows import text_of


@pytest.fixture
def github() -> Generator[Forge]:
    with forge(token=act.TOKEN) as served:
        yield served


def pull(hosted: Hosted, pulled: PullRequest, github: Forge, folder: Path, **event: object) -> dict[str, Job]:
    settings = Settings({"GITHUB_API_URL": github.url})
    payload = act.pull_request_event(pulled, **event)
    return act.run(hosted, "pull-request.yml", "pull_request", payload, folder, settings)


def test_a_clean_pull_request_gets_one_comment_that_is_updated_in_place(
    hosted: Hosted, github: Forge, tmp_path: Path
) -> None:
    """A busy and a broken host are asked again: the answers 500 and 429 cost no comment."""
    github.fail(500, method="GET")
    github.fail(429, method="POST", Retry_After="0")
    first = hosted.pull_request(CLEAN)
    green = {"check": "success", "render": "success", "diff": "success", "comment": "success"}
    assert conclusions(pull(hosted, first, github, tmp_path / "1")) == {**green, "push-rendered": "skipped"}
    (comment,) = github.comments
    assert "spec.antreaAgentConfig → featureGates" in comment.body
    assert first.head[:12] in comment.body
    assert {path.name for path in (tmp_path / "1" / "artifacts").iterdir()} == {"report-check", "report-diff"}

    second = hosted.pull_request(Change([("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400")]))
    assert conclusions(pull(hosted, second, github, tmp_path / "2"))["comment"] == "success"
    (again,) = github.comments
    assert again.id == comment.id
    assert "spec.antreaAgentConfig → defaultMTU" in again.body
    assert second.head[:12] in again.body
    methods = [line.partition(" ")[0] for line in github.asked()]
    assert methods == ["GET", "GET", "POST", "POST", "GET", "PATCH"]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_turns_its_jobs_red_with_its_message(name: str, hosted: Hosted, github: Forge, tmp_path: Path) -> None:
    """From a fork, which gets no comment."""
    fault = FAULTS[name]
    jobs = pull(hosted, hosted.pull_request(fault.change), github, tmp_path / "run", fork=True)
    assert red(jobs) == set(fault.red)
    assert without_message(jobs, fault.red) == {}
    assert jobs["comment"].conclusion == "skipped"
    assert github.asked() == []


def test_a_fault_is_told_in_the_comment(hosted: Hosted, github: Forge, tmp_path: Path) -> None:
    fault = FAULTS["immutable change of an installed cluster"]
    jobs = pull(hosted, hosted.pull_request(fault.change), github, tmp_path / "run")
    assert conclusions(jobs)["comment"] == "success"
    (comment,) = github.comments
    assert "immutable/cluster-network" in comment.body
    assert "cannot follow a change" in comment.body


def test_what_a_bot_changed_is_rendered_and_pushed_though_the_host_refuses_the_comment(
    hosted: Hosted, github: Forge, tmp_path: Path
) -> None:
    github.fail(403)
    pulled = hosted.pull_request(FAULTS["stale rendered"].change, "renovate/mtu")
    jobs = pull(hosted, pulled, github, tmp_path / "run", user="renovate[bot]")
    assert jobs["push-rendered"].conclusion == "success", jobs["push-rendered"].log
    changed = git(hosted.origin, "diff", "--name-only", pulled.head, "renovate/mtu").splitlines()
    assert [name.partition("/")[0] for name in changed] == ["antrea", "rendered"]
    assert jobs["comment"].conclusion == "failure"
    assert "was answered with 403" in jobs["comment"].log
    assert "pull-requests: write" in jobs["comment"].log


def test_what_a_bot_broke_is_not_pushed(hosted: Hosted, github: Forge, tmp_path: Path) -> None:
    github.fail(404)
    pulled = hosted.pull_request(FAULTS["misspelt feature gate"].change, "renovate/gate")
    jobs = pull(hosted, pulled, github, tmp_path / "run", user="renovate[bot]")
    assert jobs["push-rendered"].conclusion == "failure"
    assert "did you mean Egress?" in jobs["push-rendered"].log
    assert git(hosted.origin, "rev-parse", "renovate/gate") == pulled.head
    assert jobs["comment"].conclusion == "failure"
    assert "was answered with 404" in jobs["comment"].log


def pushed(hosted: Hosted, folder: Path, change: Change, failing: Sequence[str] = ()) -> dict[str, Job]:
    head = hosted.push_to_main(change)
    payload = {"ref": "refs/heads/main", "after": head, "deleted": False}
    return act.run(hosted, "main.yml", "push", payload, folder, Settings(path=[stand_in(folder / "bin", failing)]))


def test_main_is_checked_rendered_backed_up_and_recorded(hosted: Hosted, tmp_path: Path) -> None:
    jobs = pushed(hosted, tmp_path / "run", CLEAN)
    assert set(conclusions(jobs).values()) == {"success"}
    assert "backup create" in asked(tmp_path / "run" / "bin")
    assert (tmp_path / "run/artifacts/provenance/provenance.json").is_file()


def test_two_green_pull_requests_that_make_main_stale_are_found_there(hosted: Hosted, tmp_path: Path) -> None:
    jobs = pushed(hosted, tmp_path / "run", FAULTS["stale rendered"].change)
    ended = {"check": "failure", "render": "failure", "backup": "skipped", "provenance": "skipped"}
    assert conclusions(jobs) == ended
    assert "2 files are not what their sources give" in jobs["render"].log


def test_backup_and_provenance_turn_red_on_their_own(hosted: Hosted, tmp_path: Path) -> None:
    jobs = pushed(hosted, tmp_path / "run", CLEAN, ["backup create", "ci provenance"])
    assert red(jobs) == {"backup", "provenance"}


def started(hosted: Hosted, verb: str, folder: Path, *, typed: str = "ocp", failing: Sequence[str] = ()) -> Job:
    payload = {"ref": "refs/heads/main", "inputs": {"cluster": typed}}
    secrets = {"ANTREA_GITOPS_PULL_SECRET": PULL_SECRET}
    if verb == "nsx":  # the repository's answers have no such job
        hosted.push_to_main(Change(writes={".github/workflows/nsx.yml": text_of("nsx")}, renders=False))
    settings = Settings(secrets=secrets, path=[stand_in(folder / "bin", failing)])
    return act.run(hosted, f"{verb}.yml", "workflow_dispatch", payload, folder, settings)[verb]


@pytest.mark.parametrize("verb", OPERATIONS)
def test_an_operation_runs_once_the_name_is_typed_and_keeps_its_logs(verb: str, hosted: Hosted, tmp_path: Path) -> None:
    job = started(hosted, verb, tmp_path / "run")
    assert job.conclusion == "success", job.log
    assert verb in {line.split()[0] for line in asked(tmp_path / "run" / "bin")}
    assert ("ANTREA_GITOPS_PULL_SECRET" in names(tmp_path / "run" / "bin", verb)) == (verb == "install")
    # The stand-in logs a part of the pull secret.
    assert ("pulls with ***" in job.log) == (verb == "install")
    assert [part for part in PULL_SECRET_PARTS if part in job.log] == []
    assert (tmp_path / "run" / "artifacts" / verb / "logs" / f"{verb}.log").is_file()


def test_an_operation_with_another_name_typed_does_nothing(hosted: Hosted, tmp_path: Path) -> None:
    job = started(hosted, "destroy", tmp_path / "run", typed="opc")
    assert job.conclusion == "failure", job.log
    assert 'not confirmed: "opc" was typed, and this repository\'s cluster is ocp' in job.log
    assert "destroy" not in {line.split()[0] for line in asked(tmp_path / "run" / "bin")}


def test_an_operation_that_fails_is_red(hosted: Hosted, tmp_path: Path) -> None:
    job = started(hosted, "install", tmp_path / "run", failing=["install"])
    assert job.conclusion == "failure", job.log
    assert "install fails, as the test wants" in job.log


def test_the_set_up_installs_what_was_locked_and_nothing_else(
    hosted: Hosted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the site's own package index, beside credentials, with hashes; a package that was exchanged is refused."""
    tool = Wheel("antrea-gitops", "9.9.9", ("one",), script=INSTALLED_TOOL)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with serve(index([tool, Wheel("one", "1")])) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        assert run("tools", "lock", "--only-requirements", "--tool-version", "9.9.9", cwd=hosted.clone).code == 0
        hosted.push_to_main(Change())
        job = set_up(hosted, tmp_path / "locked", server.url)
        assert job.conclusion == "success", job.log
        assert "9.9.9 was asked to install" in job.log
    with serve(index([tool, Wheel("one", "1", ("another",))])) as server:
        job = set_up(hosted, tmp_path / "exchanged", server.url)
        assert job.conclusion == "failure", job.log
        assert "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE" in job.log
        assert "was asked to install" not in job.log


INSTALLED_TOOL = """\
#!/bin/sh
case "$*" in
  --version) echo "antrea-gitops, version 9.9.9" ;;
  *) echo "9.9.9 was asked to $*" ;;
esac
"""


def set_up(hosted: Hosted, folder: Path, index_url: str) -> Job:
    payload = {"ref": "refs/heads/main", "inputs": {"cluster": "ocp"}}
    settings = Settings(variables={"PIP_INDEX_URL": f"{index_url}/simple"})
    return act.run(hosted, "install.yml", "workflow_dispatch", payload, folder, settings)["install"]


def night(hosted: Hosted, folder: Path, failing: Sequence[str] = ()) -> dict[str, Job]:
    settings = Settings(path=[stand_in(folder / "bin", failing)])
    return act.run(hosted, "nightly.yml", "schedule", {}, folder, settings)


def test_a_quiet_night_is_green(hosted: Hosted, tmp_path: Path) -> None:
    assert conclusions(night(hosted, tmp_path / "run")) == dict.fromkeys(
        ("images", "drift", "expiry", "restore-drill"), "success"
    )


def test_what_went_wrong_in_the_night_turns_its_job_red(hosted: Hosted, tmp_path: Path) -> None:
    hosted.push_to_main(EXPIRED)
    jobs = night(hosted, tmp_path / "run", ["images verify", "apply --drift", "backup drill"])
    assert red(jobs) == {"images", "drift", "expiry", "restore-drill"}
