"""The generated GitLab pipeline runs, each job turns red by a fault of its own, and is green without it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from support import gitlab
from support.act import Job, conclusions, red
from support.faults import CLEAN, EXPIRED, FAULTS
from support.forge import Forge, forge
from support.hosted import Change, Hosted, PullRequest, together
from support.pipeline_trees import FULL, OPERATIONS, rendered_text
from support.repos import git
from support.stand_in import PULL_SECRET, asked, names, stand_in

VERIFY = ("check", "render", "diff")


@pytest.fixture
def api() -> Generator[Forge]:
    with forge(token=gitlab.TOKEN, user="project_7_bot") as served:
        yield served


def merge(hosted: Hosted, pulled: PullRequest, api: Forge, folder: Path, **more: object) -> dict[str, Job]:
    """The pipeline of a merge request, which runs at the head of its branch."""
    user, fork = str(more.pop("user", "someone")), bool(more.pop("fork", False))
    git(hosted.clone, "checkout", "--quiet", "--detach", pulled.head)
    return gitlab.run(hosted, gitlab.merge_request(pulled, api.url, user=user, fork=fork), folder, **more)


def test_a_clean_merge_request_gets_one_note_that_is_updated_in_place(
    hosted: Hosted, api: Forge, tmp_path: Path
) -> None:
    """A busy and a broken host are asked again, one that refuses turns the job red: 500, 429, 403, 404.

    All jobs share the clone, as on a runner of one's own that keeps it, and leave it as it was.
    """
    api.fail(500, method="GET")
    api.fail(429, method="POST", Retry_After="0")
    first = hosted.pull_request(CLEAN)
    jobs = merge(hosted, first, api, tmp_path, isolated=False)
    assert conclusions(jobs) == dict.fromkeys((*VERIFY, "comment"), "success")
    (note,) = api.comments
    assert "spec.antreaAgentConfig → featureGates" in note.body
    assert first.head[:12] in note.body
    assert git(hosted.clone, "rev-parse", "HEAD") == first.head
    assert git(hosted.clone, "worktree", "list").count("\n") == 0

    for status in (403, 404):
        api.fail(status)
        refused = merge(hosted, first, api, tmp_path, jobs=["comment"])
        assert conclusions(refused) == {"comment": "failure"}
        assert f"was answered with {status}" in refused["comment"].log

    second = hosted.pull_request(Change([("cluster.yaml", "defaultMTU: 0", "defaultMTU: 1400")]))
    assert conclusions(merge(hosted, second, api, tmp_path, jobs=["comment"])) == {"comment": "success"}
    (again,) = api.comments
    assert again.id == note.id
    assert second.head[:12] in again.body


# GitHub's workflows have each fault alone. Here some that turn the same jobs red come together.
TOGETHER = (
    ("broken YAML",),
    ("stale rendered",),
    ("floating image",),
    ("remote resource",),
    ("misspelt feature gate", "wrong host prefix", "misspelt networkType"),
    ("immutable change of an installed cluster", "edited vendor file", "committed secret"),
)


@pytest.mark.parametrize("chosen", TOGETHER, ids=lambda chosen: chosen[0])
def test_faults_turn_their_jobs_red_with_their_messages(
    chosen: tuple[str, ...], hosted: Hosted, api: Forge, tmp_path: Path
) -> None:
    """From a fork, which gets no note. `check` tells every fault; what renders stops at what it cannot read."""
    faults = [FAULTS[name] for name in chosen]
    pulled = hosted.pull_request(together([fault.change for fault in faults]))
    jobs = merge(hosted, pulled, api, tmp_path, fork=True)
    assert jobs.keys() == set(VERIFY)
    assert red(jobs) == {job for fault in faults for job in fault.red}
    assert [fault for fault in faults if fault.red["check"] not in jobs["check"].log] == []
    told = {job for fault in faults for job, text in fault.red.items() if text in jobs[job].log}
    assert told == red(jobs)
    assert api.asked() == []


def test_every_fault_is_among_them() -> None:
    assert sorted(name for chosen in TOGETHER for name in chosen) == sorted(FAULTS)


def test_what_a_bot_changed_is_rendered_and_pushed(hosted: Hosted, api: Forge, tmp_path: Path) -> None:
    pulled = hosted.pull_request(FAULTS["stale rendered"].change, "renovate/mtu")
    jobs = merge(hosted, pulled, api, tmp_path, user="renovate-bot", jobs=["push-rendered"])
    assert conclusions(jobs) == {"push-rendered": "success"}
    changed = git(hosted.origin, "diff", "--name-only", pulled.head, "renovate/mtu").splitlines()
    assert [name.partition("/")[0] for name in changed] == ["antrea", "rendered"]


def test_what_a_bot_broke_is_not_pushed(hosted: Hosted, api: Forge, tmp_path: Path) -> None:
    pulled = hosted.pull_request(FAULTS["misspelt feature gate"].change, "renovate/gate")
    jobs = merge(hosted, pulled, api, tmp_path, user="renovate-bot", jobs=["push-rendered"])
    assert conclusions(jobs) == {"push-rendered": "failure"}
    assert "did you mean Egress?" in jobs["push-rendered"].log
    assert git(hosted.origin, "rev-parse", "renovate/gate") == pulled.head


def pushed(hosted: Hosted, folder: Path, change: Change, failing: Sequence[str] = ()) -> dict[str, Job]:
    hosted.push_to_main(change)
    return gitlab.run(hosted, {"CI_PIPELINE_SOURCE": "push"}, folder, path=[stand_in(folder / "bin", failing)])


def test_main_is_checked_rendered_backed_up_and_recorded(hosted: Hosted, tmp_path: Path) -> None:
    jobs = pushed(hosted, tmp_path, CLEAN)
    assert conclusions(jobs) == dict.fromkeys(("check", "render", "backup", "provenance"), "success")
    assert "backup create" in asked(tmp_path / "bin")
    assert (tmp_path / "state/artifacts/provenance/report/provenance.json").is_file()


def test_two_green_merge_requests_that_make_main_stale_are_found_there(hosted: Hosted, tmp_path: Path) -> None:
    jobs = pushed(hosted, tmp_path, FAULTS["stale rendered"].change)
    assert conclusions(jobs) == {"check": "failure", "render": "failure"}


def test_backup_and_provenance_turn_red_on_their_own(hosted: Hosted, tmp_path: Path) -> None:
    path = [stand_in(tmp_path / "bin", ["backup create", "ci provenance"])]
    jobs = gitlab.run(hosted, {"CI_PIPELINE_SOURCE": "push"}, tmp_path, jobs=["backup", "provenance"], path=path)
    assert red(jobs) == {"backup", "provenance"}


def started(hosted: Hosted, verb: str, folder: Path, *, typed: str = "ocp", failing: Sequence[str] = ()) -> Job:
    variables = {
        "CI_PIPELINE_SOURCE": "web",
        "ACTION": verb,
        "CONFIRM": typed,
        "ANTREA_GITOPS_PULL_SECRET": PULL_SECRET,
    }
    git(hosted.clone, "checkout", "--quiet", "-B", "main", "origin/main")
    if verb == "nsx":  # the repository's answers have no such job
        names_of = (".gitlab-ci.yml", ".gitlab/ci/nsx.yml")
        hosted.commit(Change(writes={name: rendered_text(f"{name}.jinja", FULL) for name in names_of}, renders=False))
    path = [stand_in(folder / "bin", failing)]
    # Isolated, gitlab-ci-local would give after_script a fresh clone, and so lose what the script left.
    return gitlab.run(hosted, variables, folder, jobs=[verb], path=path, isolated=False)[verb]


@pytest.mark.parametrize("verb", OPERATIONS)
def test_an_operation_runs_once_the_name_is_typed_and_keeps_its_logs(verb: str, hosted: Hosted, tmp_path: Path) -> None:
    job = started(hosted, verb, tmp_path)
    assert job.conclusion == "success", job.log
    assert verb in {line.split()[0] for line in asked(tmp_path / "bin")}
    assert "ANTREA_GITOPS_PULL_SECRET" in names(tmp_path / "bin", verb)
    assert (tmp_path / "state" / "artifacts" / verb / "logs" / f"{verb}.log").is_file()


def test_an_operation_with_another_name_typed_does_nothing(hosted: Hosted, tmp_path: Path) -> None:
    job = started(hosted, "destroy", tmp_path, typed="opc")
    assert job.conclusion == "failure", job.log
    assert 'not confirmed: "opc" was typed, and this repository\'s cluster is ocp' in job.log
    assert "destroy" not in {line.split()[0] for line in asked(tmp_path / "bin")}


def test_an_operation_that_fails_is_red(hosted: Hosted, tmp_path: Path) -> None:
    job = started(hosted, "install", tmp_path, failing=["install"])
    assert job.conclusion == "failure", job.log
    assert "install fails, as the test wants" in job.log


def night(hosted: Hosted, folder: Path, failing: Sequence[str] = ()) -> dict[str, Job]:
    git(hosted.clone, "checkout", "--quiet", "-B", "main", "origin/main")
    return gitlab.run(hosted, {"CI_PIPELINE_SOURCE": "schedule"}, folder, path=[stand_in(folder / "bin", failing)])


def test_a_quiet_night_is_green(hosted: Hosted, tmp_path: Path) -> None:
    assert conclusions(night(hosted, tmp_path)) == dict.fromkeys(
        ("images", "drift", "expiry", "restore-drill"), "success"
    )


def test_what_went_wrong_in_the_night_turns_its_job_red(hosted: Hosted, tmp_path: Path) -> None:
    hosted.push_to_main(EXPIRED)
    jobs = night(hosted, tmp_path, ["images verify", "apply --drift", "backup drill"])
    assert red(jobs) == {"images", "drift", "expiry", "restore-drill"}
