"""`ci comment` against a stand-in for both APIs: one comment, kept current, whatever the host answers."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from antrea_ci.pipeline import api, comments, threads
from support.forge import DROPPED, Forge, forge
from support.pipeline import (
    COMMIT,
    GITHUB_THREAD,
    GITLAB_THREAD,
    TOKEN,
    difference,
    finding,
    github,
    gitlab,
    write_reports,
)
from support.repos import Ran, git, run

_HOSTS = ("GITHUB_", "GITLAB_", "CI_", "ANTREA_GITOPS_")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variables of the pipeline that runs these tests, and no waiting."""
    for name in [name for name in os.environ if name.startswith(_HOSTS)]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(api, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(comments, "PAUSES", (0.0, 0.0, 0.0))


class Job:
    """The job `comment` of one host."""

    def __init__(self, host: str, server: Forge, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.host, self.forge, self.folder = host, server, folder
        self.thread = GITHUB_THREAD if host == "github" else GITLAB_THREAD
        self.changing = "PATCH" if host == "github" else "PUT"
        environment = github(server, folder) if host == "github" else gitlab(server)
        for name, value in environment.items():
            patch.setenv(name, value)
        self.report = folder / "report"

    def comment(self, *more: str) -> Ran:
        """Runs it; the token is in nothing that it says or writes."""
        done = run("ci", "comment", "--report", self.report, *more, cwd=self.folder)
        assert TOKEN not in done.out + done.err + "".join(one.body for one in self.forge.comments)
        assert "Traceback" not in done.err
        return done

    @property
    def bodies(self) -> list[str]:
        return [one.body for one in self.forge.comments]


@pytest.fixture(params=["github", "gitlab"])
def job(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Job]:
    with forge() as server:
        yield Job(request.param, server, tmp_path, monkeypatch)


def test_a_comment_is_created_and_then_updated_in_place(job: Job) -> None:
    write_reports(job.report, [finding("first")], difference())
    assert job.comment().code == 0
    write_reports(job.report, [finding("second")], difference())
    assert job.comment().code == 0
    (body,) = job.bodies
    assert "second" in body
    assert "first" not in body
    asked = [line.split()[0] for line in job.forge.asked() if not line.endswith("/user")]
    assert asked == ["GET", "POST", "GET", job.changing]


def test_the_comment_tells_verdict_findings_diff_commit_and_run(job: Job) -> None:
    write_reports(job.report, [finding(), finding("maybe", severity="warning")], difference(after="b\nc"))
    job.comment()
    (body,) = job.bodies
    for told in ("1 error, 1 warning", "the networks overlap", "restarts-agents", COMMIT[:12], "example.com/acme/ocp/"):
        assert told in body
    assert body.index("the networks overlap") < body.index("maybe")


def test_the_token_goes_into_the_header_of_its_host_and_nowhere_else(job: Job) -> None:
    write_reports(job.report, [], difference())
    job.comment()
    header = "authorization" if job.host == "github" else "private-token"
    for request in job.forge.requests:
        assert request.headers[header].endswith(TOKEN)
        assert TOKEN not in request.path + request.body


@pytest.mark.parametrize(
    ("status", "fix"), [(401, "not valid"), (403, "needs"), (404, "does not see it")], ids=["401", "403", "404"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_names_the_request_and_the_permission(job: Job, status: int, fix: str, method: str) -> None:
    write_reports(job.report, [], difference())
    job.forge.fail(status, method=method)
    done = job.comment()
    assert done.code == 1
    named = "pull request 7 of acme/ocp" if job.host == "github" else "merge request 3 of project 9"
    assert named in done.err
    assert f"answered with {status}" in done.err
    assert fix in done.err
    assert job.bodies == []


def test_a_comment_that_is_deleted_meanwhile_is_created_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    write_reports(job.report, [], difference())
    assert job.comment().code == 0
    kind = threads.GitHub if job.host == "github" else threads.GitLab
    update = kind.update

    def deleted_first(thread: Any, comment: threads.Comment, body: str) -> None:
        job.forge.comments.clear()
        update(thread, comment, body)

    monkeypatch.setattr(kind, "update", deleted_first)
    assert job.comment().code == 0
    assert len(job.bodies) == 1


def test_a_comment_that_stays_and_cannot_be_updated_ends_the_job(job: Job) -> None:
    write_reports(job.report, [], difference())
    job.comment()
    for _ in range(2):
        job.forge.fail(404, method=job.changing)
    done = job.comment()
    assert (done.code, len(job.bodies)) == (1, 1)
    assert f"{job.changing} " in done.err
    assert "does not see it" in done.err


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("status", [429, 500, 503, DROPPED])
def test_a_busy_or_broken_host_is_asked_again(job: Job, status: int, method: str) -> None:
    write_reports(job.report, [finding("new")], difference())
    if method == "PUT":
        job.forge.add(job.thread, "")
        method = job.changing
        assert job.comment().code == 0
        job.forge.requests.clear()
    job.forge.fail(status, method=method, Retry_After="0")
    assert job.comment().code == 0
    assert job.forge.failures == []
    assert sum("new" in body for body in job.bodies) == 1


@pytest.mark.parametrize("status", [500, DROPPED])
def test_a_comment_that_was_created_in_spite_of_an_error_is_not_created_again(job: Job, status: int) -> None:
    write_reports(job.report, [], difference())
    job.forge.fail(status, method="POST", carried_out=True)
    assert job.comment().code == 0
    assert len(job.bodies) == 1


def test_a_host_that_stays_broken_ends_the_job_with_what_it_said(job: Job) -> None:
    write_reports(job.report, [], difference())
    for _ in range(20):
        job.forge.fail(502, method="POST")
    done = job.comment()
    assert done.code == 1
    assert "answered with 502" in done.err
    assert len(job.forge.failures) == 16


def test_a_host_that_wants_an_hour_is_not_waited_for(job: Job) -> None:
    write_reports(job.report, [], difference())
    job.forge.fail(429, Retry_After="3600")
    done = job.comment()
    assert done.code == 1
    assert "3600 s" in done.err
    assert len(job.forge.requests) == 1


def test_all_pages_are_looked_through(job: Job) -> None:
    write_reports(job.report, [finding("earlier run")], difference())
    job.forge.page = 2
    for number in range(5):
        job.forge.add(job.thread, f"somebody's {number}", "mallory")
    job.comment()
    write_reports(job.report, [finding("new")], difference())
    job.comment()
    assert [("new" in body, "earlier run" in body) for body in job.bodies[5:]] == [(True, False)]


def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(job: Job) -> None:
    write_reports(job.report, [], difference())
    job.comment()
    pasted = job.forge.add(job.thread, job.bodies[0], "mallory")
    (ours,) = job.forge.comments[:1]
    job.forge.comments.sort(key=lambda one: one is ours)
    write_reports(job.report, [finding("new")], difference())
    assert job.comment().code == 0
    assert "new" not in pasted.body
    assert "new" in ours.body


def test_a_comment_that_quotes_the_marker_further_down_is_left_alone(job: Job) -> None:
    write_reports(job.report, [], difference())
    job.comment()
    quoted = job.forge.add(job.thread, f"> {job.bodies[0]}")
    job.comment()
    assert quoted.body.startswith("> ")


def test_a_person_finds_the_own_comment_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A personal token writes as its owner; the comment of the pipeline's app is another one's then."""
    with forge(user="jane") as server:
        job = Job("github", server, tmp_path, monkeypatch)
        monkeypatch.setenv("GITHUB_TOKEN", f"ghp_{TOKEN}")
        write_reports(job.report, [], difference())
        job.comment()
        job.forge.comments.insert(0, job.forge.add(job.thread, job.bodies[0], "github-actions[bot]"))
        write_reports(job.report, [finding("new")], difference())
        job.comment()
        assert ["new" in one.body for one in server.comments if one.author == "jane"] == [True]


def test_where_nobody_tells_whose_the_token_is_the_oldest_comment_is_ours(job: Job) -> None:
    job.forge.user = "ci"
    job.forge.tells_user = False
    write_reports(job.report, [], difference())
    job.comment()
    pasted = job.forge.add(job.thread, job.bodies[0], "mallory")
    write_reports(job.report, [finding("new problem")], difference())
    assert job.comment().code == 0
    assert "new problem" in job.bodies[0]
    assert "new problem" not in pasted.body


def test_two_clusters_of_one_repository_have_a_comment_each(job: Job) -> None:
    write_reports(job.report, [], difference())
    git(job.folder, "init", "--quiet")
    for name in ("one--", "two"):
        (job.folder / "clusters" / name).mkdir(parents=True)
    for _ in range(2):
        for name in ("one--", "two"):
            done = run("ci", "comment", "--report", job.report, cwd=job.folder / "clusters" / name)
            assert done.code == 0, done.err
    first, second = job.bodies
    assert first.startswith('<!-- antrea-gitops comment folder="clusters/one-%2D" -->')
    assert second.startswith('<!-- antrea-gitops comment folder="clusters/two" -->')


def test_a_missing_report_is_told_and_nothing_of_an_earlier_run_stays(job: Job) -> None:
    write_reports(job.report, [finding("earlier run")], difference())
    job.comment()
    (job.report / "check.json").unlink()
    done = job.comment()
    assert done.code == 0
    (body,) = job.bodies
    assert "`check.json` is missing" in body
    assert "earlier run" not in body
    assert "check.json is missing" in done.err


def test_without_any_report_the_job_fails_and_the_comment_says_so(job: Job) -> None:
    done = job.comment()
    assert done.code == 1
    (body,) = job.bodies
    assert "`check.json` is missing" in body
    assert "`diff.json` is missing" in body


def test_a_dry_run_prints_the_comment_and_asks_nobody(job: Job) -> None:
    write_reports(job.report, [finding()], difference())
    done = job.comment("--dry-run")
    assert done.code == 0
    assert "the networks overlap" in done.out
    assert job.forge.requests == []


def test_on_a_persons_machine_the_dry_run_works_and_posting_names_the_variables(tmp_path: Path) -> None:
    write_reports(tmp_path / "report", [finding()], difference())
    assert run("ci", "comment", "--report", "report", "--dry-run", cwd=tmp_path).code == 0
    done = run("ci", "comment", "--report", "report", cwd=tmp_path)
    assert done.code == 2
    for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN", "CI_MERGE_REQUEST_IID", "ANTREA_GITOPS_GITLAB_TOKEN"):
        assert name in done.err


def test_a_pipeline_without_a_pull_request_is_wrong_usage(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_EVENT_PATH", "CI_MERGE_REQUEST_IID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_REF", "refs/heads/main")
    done = job.comment()
    assert done.code == 2
    assert ("GITHUB_REF" if job.host == "github" else "CI_MERGE_REQUEST_IID") in done.err


def test_the_number_can_come_from_the_ref(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with forge() as server:
        job = Job("github", server, tmp_path, monkeypatch)
        monkeypatch.delenv("GITHUB_EVENT_PATH")
        monkeypatch.setenv("GITHUB_REF", "refs/pull/7/merge")
        write_reports(job.report, [], difference())
        assert job.comment().code == 0
        assert [one.thread for one in server.comments] == [GITHUB_THREAD]


@pytest.mark.parametrize("token", ["", "  "])
def test_a_missing_token_is_a_missing_secret(job: Job, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    name = "GITHUB_TOKEN" if job.host == "github" else "ANTREA_GITOPS_GITLAB_TOKEN"
    monkeypatch.setenv(name, token)
    done = job.comment()
    assert done.code == 4
    assert name in done.err


@pytest.mark.parametrize("token", [f"{TOKEN}\nX-Evil: 1", f"{TOKEN}\u00e9", f"Bearer {TOKEN}"])
def test_a_token_that_no_header_can_hold_is_refused_unseen(
    job: Job, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN" if job.host == "github" else "ANTREA_GITOPS_GITLAB_TOKEN", token)
    done = job.comment()
    assert done.code == 2
    assert job.forge.requests == []


def test_a_redirect_to_another_host_does_not_get_the_token(job: Job) -> None:
    write_reports(job.report, [], difference())
    with forge() as other:
        job.forge.fail(307, Location=f"{other.url}/elsewhere")
        done = job.comment()
        assert done.code == 1
        assert "another host" in done.err
        assert other.requests == []


def test_a_redirect_within_the_host_keeps_the_method(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub answers so where a repository was renamed."""
    with forge() as server:
        job = Job("github", server, tmp_path, monkeypatch)
        write_reports(job.report, [], difference())
        server.fail(307, method="POST", Location="/repos/acme/renamed/issues/7/comments")
        assert job.comment().code == 0
        assert [one.thread for one in server.comments] == ["repos/acme/renamed/issues/7"]


def test_githubs_limit_told_by_403_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with forge() as server:
        job = Job("github", server, tmp_path, monkeypatch)
        write_reports(job.report, [], difference())
        server.fail(403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1")
        assert job.comment().code == 0
