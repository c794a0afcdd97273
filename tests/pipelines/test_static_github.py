"""What act does not enforce: who may do what, with which secrets, where and how long. The tables are the contract."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
import yaml

from antrea_generator.answers import Answers
from support.pipeline_trees import OPERATIONS, rendered_text
from support.workflows import ON, WORKFLOWS, jobs, secrets_of, steps, text_of, workflow_of

HOSTED, OWN = "ubuntu-latest", "cluster-install"
READ = {"contents": "read"}
COMMENTS = {"contents": "read", "pull-requests": "write"}
PUSHES = {"contents": "write"}
RECORDS = {"contents": "write", "pull-requests": "write"}


class Row(NamedTuple):
    """One job: where it runs, how long at most, what its token may do, and whose admission it needs."""

    runner: str
    minutes: int
    permissions: dict[str, str]
    environment: str | None = None
    needs: tuple[str, ...] = ()


JOBS = {
    ("pull-request", "check"): Row(HOSTED, 15, READ),
    ("pull-request", "render"): Row(HOSTED, 15, READ),
    ("pull-request", "diff"): Row(HOSTED, 15, READ),
    ("pull-request", "comment"): Row(HOSTED, 15, COMMENTS, None, ("check", "diff")),
    ("pull-request", "push-rendered"): Row(HOSTED, 15, PUSHES),
    ("main", "check"): Row(HOSTED, 15, READ),
    ("main", "render"): Row(HOSTED, 15, READ),
    ("main", "backup"): Row(OWN, 30, READ, "backup", ("check", "render")),
    ("main", "provenance"): Row(HOSTED, 15, READ, None, ("check", "render")),
    ("nightly", "images"): Row(OWN, 30, READ, "images"),
    ("nightly", "drift"): Row(OWN, 30, READ, "drift"),
    ("nightly", "expiry"): Row(HOSTED, 15, READ),
    ("nightly", "restore-drill"): Row(OWN, 60, READ, "backup"),
    ("install", "install"): Row(OWN, 330, RECORDS, "cluster"),
    ("destroy", "destroy"): Row(OWN, 330, RECORDS, "cluster"),
    ("apply", "apply"): Row(OWN, 330, RECORDS, "cluster"),
    ("nsx", "nsx"): Row(OWN, 330, READ, "cluster"),
}
STARTED_BY = {
    "pull-request": {"pull_request", "merge_group"},
    "main": {"push"},
    "nightly": {"schedule", "workflow_dispatch"},
    "install": {"workflow_dispatch"},
    "destroy": {"workflow_dispatch"},
    "apply": {"workflow_dispatch"},
    "nsx": {"workflow_dispatch"},
}
CONCURRENCY = {
    "pull-request": ("pull-request-${{ github.event.pull_request.number || github.ref }}", True),
    # Of the runs that wait in one group only the newest is kept, and every commit has its record.
    "main": ("main-${{ github.sha }}", False),
    "nightly": ("nightly", False),
    # One group: what works on the cluster waits for what does.
    "install": ("cluster", False),
    "destroy": ("cluster", False),
    "apply": ("cluster", False),
    "nsx": ("cluster", False),
}
each_operation = pytest.mark.parametrize("verb", OPERATIONS)


def test_each_job_is_as_the_table_says():
    found = {}
    for name, job, body in jobs():
        needs = tuple(body.get("needs", ()))
        found[name, job] = Row(
            body["runs-on"], body["timeout-minutes"], body["permissions"], body.get("environment"), needs
        )
    assert found == JOBS


@pytest.mark.parametrize("name", STARTED_BY)
def test_a_workflow_starts_with_what_it_is_for_and_may_nothing_by_itself(name: str):
    workflow = WORKFLOWS[name]
    events = workflow[ON]
    assert set(events) == STARTED_BY[name]
    assert workflow["permissions"] == {}
    found = workflow["concurrency"]
    assert (found["group"], found["cancel-in-progress"]) == CONCURRENCY[name]


def test_backups_wait_for_each_other():
    assert WORKFLOWS["main"]["jobs"]["backup"]["concurrency"] == {"group": "backup", "cancel-in-progress": False}


def test_only_commits_of_main_start_the_workflow_for_main():
    assert WORKFLOWS["main"][ON] == {"push": {"branches": ["main"]}}


def test_every_action_is_pinned_to_a_commit_with_its_version_beside():
    for name in STARTED_BY:
        for line in re.findall(r"uses:.*", text_of(name)):
            assert re.fullmatch(r"uses: actions/[a-z-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line), (name, line)


def test_an_action_is_the_same_commit_everywhere():
    pins = {pin for name in STARTED_BY for pin in re.findall(r"uses: (actions/[a-z-]+)@\S+  # \S+", text_of(name))}
    lines = {line for name in STARTED_BY for line in re.findall(r"uses:.*", text_of(name))}
    assert len(lines) == len(pins) == 3


def test_no_expression_is_pasted_into_a_script():
    assert [step for *_, step in steps() if "${{" in step.get("run", "")] == []


def test_no_checkout_leaves_its_token_behind():
    checkouts = [step for *_, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == len(JOBS) + 1
    assert {step["with"]["persist-credentials"] for step in checkouts} == {False}


def test_every_job_calls_the_tool_and_little_else():
    for name, job, body in jobs():
        scripts = [step["run"] for step in body["steps"] if "run" in step]
        assert scripts[0].startswith('sh .ci/setup.sh "$RUNNER_TEMP/antrea-gitops"'), (name, job)
        lines = [line for script in scripts[1:] for line in script.splitlines()]
        assert 1 <= len(lines) <= 4, (name, job)
        assert all(line.startswith("antrea-gitops ") for line in lines), (name, job)


def test_every_source_that_a_site_may_replace_is_a_setting():
    settings = ("PIP_INDEX_URL", "PIP_FIND_LINKS", "ANTREA_GITOPS_MIRROR")
    for name, workflow in WORKFLOWS.items():
        assert workflow["env"] == {setting: f"${{{{ vars.{setting} }}}}" for setting in settings}, name


# --- Pull requests ----------------------------------------------------------------------------------------------------


def test_what_may_write_runs_the_code_of_the_base_only():
    for job in ("comment", "push-rendered"):
        body = WORKFLOWS["pull-request"]["jobs"][job]
        first, second, *_ = body["steps"]
        assert first["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"
        assert "path" not in first["with"]
        assert second["run"].startswith("sh .ci/setup.sh")


def test_the_reports_and_the_branch_of_a_pull_request_are_data_beside_the_base():
    pull_request = WORKFLOWS["pull-request"]["jobs"]
    (fetch,) = [step for step in pull_request["comment"]["steps"] if "download-artifact" in step.get("uses", "")]
    assert fetch["with"]["path"] == "${{ runner.temp }}/report"
    (head,) = [step for step in pull_request["push-rendered"]["steps"] if "head.sha" in str(step)]
    assert head["with"]["path"] == "head"
    scripts = [step["run"] for step in pull_request["push-rendered"]["steps"] if "run" in step][1:]
    # Without the option a pull request would name the program that is fetched and run.
    assert scripts == ["antrea-gitops -C head render --no-download", "antrea-gitops -C head ci push"]


def test_a_fork_gets_neither_comment_nor_push():
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    for job in ("comment", "push-rendered"):
        condition = " ".join(WORKFLOWS["pull-request"]["jobs"][job]["if"].split())
        assert re.fullmatch(rf"\$\{{\{{ (!cancelled\(\) && )?{re.escape(same)}( && \(.*\))? \}}\}}", condition), (
            condition
        )


def test_the_comment_is_written_also_when_a_check_failed():
    assert "!cancelled()" in WORKFLOWS["pull-request"]["jobs"]["comment"]["if"]


# --- What works on the cluster ----------------------------------------------------------------------------------------


@each_operation
def test_the_name_of_the_cluster_is_typed_and_compared_before_any_secret_is_there(verb: str):
    workflow = WORKFLOWS[verb]
    assert workflow[ON]["workflow_dispatch"]["inputs"]["cluster"]["required"] is True
    checkout, setup, confirm, operate, draw, keep = workflow["jobs"][verb]["steps"]
    assert confirm["run"] == "antrea-gitops ci confirm"
    assert confirm["env"] == {"CONFIRM": "${{ inputs.cluster }}"}
    assert not any(secrets_of(step) for step in (checkout, setup, confirm, draw, keep))
    call = {
        "install": 'antrea-gitops install ${RESUME:+"$RESUME"}',
        "destroy": 'antrea-gitops destroy --confirm "$CONFIRM"',
        "apply": "antrea-gitops apply --yes",
        "nsx": 'antrea-gitops nsx apply --yes ${CREATE_IDENTITY:+"$CREATE_IDENTITY"}',
    }
    assert operate["run"].splitlines() == ["antrea-gitops ci mask", call[verb]]


@each_operation
def test_the_page_is_drawn_whatever_came_of_it_and_decides_nothing(verb: str):
    draw = WORKFLOWS[verb]["jobs"][verb]["steps"][-2]
    assert draw["run"] == "antrea-gitops report --output report/cluster.html"
    assert (draw["if"], draw["continue-on-error"]) == ("${{ always() }}", True)


@each_operation
def test_the_step_ends_half_an_hour_before_the_job_so_that_logs_are_kept(verb: str):
    job = WORKFLOWS[verb]["jobs"][verb]
    *_, operate, _, keep = job["steps"]
    assert (operate["timeout-minutes"], job["timeout-minutes"]) == (300, 330)
    assert keep["if"] == "${{ always() }}"
    assert keep["with"]["path"].split() == ["logs/", "report/"]
    assert keep["with"]["retention-days"] <= 14


def test_without_recipients_there_are_no_jobs_for_backups():
    answers = {"backup_recipients": []}
    assert set(workflow_of("main", **answers)["jobs"]) == {"check", "render", "provenance"}
    assert set(workflow_of("nightly", **answers)["jobs"]) == {"images", "drift", "expiry"}


def test_the_label_of_the_runner_is_declared_for_actionlint():
    config = yaml.safe_load(rendered_text(".github/actionlint.yaml.jinja", {"install_runner": "1.30"}))
    assert config == {"self-hosted-runner": {"labels": ["1.30"]}}


# --- Who decides about them -------------------------------------------------------------------------------------------


def test_pipelines_and_locks_have_owners():
    owned = {
        line.split()[0] for line in rendered_text("CODEOWNERS.jinja", {"ci": "both"}).splitlines() if line[0] == "/"
    }
    pipelines = {"/.ci/", "/.github/", "/.gitlab/", "/.gitlab-ci.yml", "/renovate.json", "/CODEOWNERS"}
    assert owned >= pipelines | {
        "/.copier-answers.yml",
        "/requirements.txt",
        "/tools.lock.yaml",
        "/antrea/bundle/",
        "/.pre-commit-config.yaml",
    }


def test_the_dependency_bot_finds_the_base_of_the_image():
    """Dependabot reads no ARG (dependabot-core issue 2057)."""
    lines = rendered_text(".ci/Containerfile", {}).splitlines()
    bases = [line.split() for line in lines if line.startswith(("ARG BASE", "FROM "))]
    assert [words[-1] for words in bases] == ["BASE=pinned", "pinned", "${BASE}"]
    assert bases[1][1] == Answers().ci_image


def test_the_image_for_runners_has_a_user_of_its_own_who_may_read_a_clone_of_another():
    text = rendered_text(".ci/Containerfile", {})
    assert text.index("git config --system --add safe.directory '*'") < text.index("\nUSER 1000\n")


def test_the_dependency_bot_waits_a_week():
    updates = yaml.safe_load(rendered_text(".github/dependabot.yml", {}))["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"github-actions", "pip", "docker"}
    assert all(update["cooldown"]["default-days"] >= 7 and update["groups"] for update in updates)
