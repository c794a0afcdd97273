"""GitLab's pipelines: the jobs of the workflows under the same names. The table is the contract."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest
import yaml

from support.pipeline_trees import FULL, OPERATIONS, pipeline_files, rendered_text

OWN = ("cluster-install",)
REQUEST, PUSH, NIGHT, PERSON = "merge_request_event", "push", "schedule", "web"


class Row(NamedTuple):
    """One job: its stage, what starts it, how long it may take, and whose admission it needs."""

    stage: str
    starts: tuple[str, ...]
    timeout: str = "15 minutes"
    environment: str | None = None
    tags: tuple[str, ...] = ()
    needs: tuple[str, ...] | None = None
    interruptible: bool = True


LONG = "330 minutes"
SECRET = ("cluster", "backup", "images", "drift")
TABLE = {
    "check": Row("verify", (REQUEST, PUSH)),
    "render": Row("verify", (REQUEST, PUSH)),
    "diff": Row("verify", (REQUEST,)),
    "comment": Row("record", (REQUEST,), environment="merge-requests", needs=("check", "diff")),
    "push-rendered": Row("record", (REQUEST,), environment="merge-requests", needs=()),
    "backup": Row("record", (PUSH,), "30 minutes", "backup", OWN, ("check", "render"), interruptible=False),
    "provenance": Row("record", (PUSH,), needs=("check", "render")),
    "images": Row("operate", (NIGHT,), "30 minutes", "images", OWN),
    "drift": Row("operate", (NIGHT,), "30 minutes", "drift", OWN),
    "expiry": Row("operate", (NIGHT,)),
    "restore-drill": Row("operate", (NIGHT,), "1 hour", "backup", OWN),
    "install": Row("operate", (PERSON,), LONG, "cluster", OWN, interruptible=False),
    "destroy": Row("operate", (PERSON,), LONG, "cluster", OWN, interruptible=False),
    "apply": Row("operate", (PERSON,), LONG, "cluster", OWN, interruptible=False),
    "nsx": Row("operate", (PERSON,), LONG, "cluster", OWN, interruptible=False),
}


def pipeline(**answers: Any) -> dict[str, Any]:
    """The whole configuration, with what it includes; a key of two files is an error."""
    given = {**FULL, "ci": "both", **answers}
    whole: dict[str, Any] = yaml.safe_load(rendered_text(".gitlab-ci.yml.jinja", given))
    for entry in whole.pop("include"):
        name = next(one for one in pipeline_files() if one.removesuffix(".jinja") == entry["local"])
        part = yaml.safe_load(rendered_text(name, given))
        assert not part.keys() & whole.keys(), name
        whole |= part
    return whole


def jobs_of(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The jobs, with what they extend."""
    keywords = {"stages", "workflow", "variables", "default"}
    return {name: extended(whole, name) for name in whole if name not in keywords and not name.startswith(".")}


def extended(whole: dict[str, Any], name: str) -> dict[str, Any]:
    body = dict(whole[name])
    parents = body.pop("extends", [])
    merged: dict[str, Any] = {}
    for parent in [parents] if isinstance(parents, str) else parents:
        merged |= extended(whole, parent)
    return merged | body


WHOLE = pipeline()
FOUND = jobs_of(WHOLE)
each_operation = pytest.mark.parametrize("verb", OPERATIONS)


def row_of(body: dict[str, Any]) -> Row:
    needs = body.get("needs")
    return Row(
        body["stage"],
        tuple(re.findall(r'\$CI_PIPELINE_SOURCE == "(\w+)"', " ".join(rule.get("if", "") for rule in body["rules"]))),
        body.get("timeout", WHOLE["default"]["timeout"]),
        body.get("environment", {}).get("name"),
        tuple(body.get("tags", ())),
        None if needs is None else tuple(need if isinstance(need, str) else need["job"] for need in needs),
        body.get("interruptible", WHOLE["default"]["interruptible"]),
    )


def test_each_job_is_as_the_table_says():
    assert {name: row_of(body) for name, body in FOUND.items()} == TABLE


def test_the_jobs_are_those_of_the_workflows():
    workflows = [name for name in pipeline_files() if name.startswith(".github/workflows/")]
    assert set(FOUND) == {job for name in workflows for job in yaml.safe_load(rendered_text(name, FULL))["jobs"]}


def test_what_the_installer_did_not_make_is_not_destroyed():
    whole = pipeline(flavour="kubernetes")
    assert set(TABLE) - set(jobs_of(whole)) == {"destroy"}
    assert whole["variables"]["ACTION"]["options"] == ["none", "install", "apply", "nsx"]
    assert jobs_of(whole)["install"]["script"][-1] == "antrea-gitops install"


def test_without_nsx_there_is_no_job_for_it():
    whole = pipeline(nsx=False)
    assert set(TABLE) - set(jobs_of(whole)) == {"nsx"}
    assert "nsx" not in whole["variables"]["ACTION"]["options"]


def test_without_recipients_there_are_no_jobs_for_backups():
    assert set(TABLE) - set(jobs_of(pipeline(backup_recipients=[]))) == {"backup", "restore-drill"}


def test_the_pipeline_runs_for_merge_requests_and_for_main_alone():
    assert [rule["if"] for rule in WHOLE["workflow"]["rules"]] == [
        '$CI_PIPELINE_SOURCE == "merge_request_event"',
        "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    ]


def test_only_what_a_merge_request_runs_is_cancelled_for_a_newer_commit():
    request, main = WHOLE["workflow"]["rules"]
    assert WHOLE["workflow"]["auto_cancel"] == {"on_new_commit": "interruptible"}
    assert "auto_cancel" not in request
    assert main["auto_cancel"] == {"on_new_commit": "none"}


def test_the_image_is_the_answered_one_and_pinned_by_its_digest():
    image = "registry.example.com/ci/tool:1@sha256:" + "0a" * 32
    assert pipeline(ci_image=image)["default"]["image"] == image
    assert re.fullmatch(r"[\w./:-]+@sha256:[0-9a-f]{64}", WHOLE["default"]["image"])
    assert not any("image" in body for body in FOUND.values())


def test_every_job_calls_the_tool():
    for name, body in FOUND.items():
        assert any("setup.sh" in line for line in body["before_script"]), name
        assert 1 <= len(body["script"]) <= 3, name
        assert all("antrea-gitops " in line for line in body["script"]), name
        assert body["script"][-1].startswith("antrea-gitops "), name


def test_what_is_installed_beside_secrets_is_checked_against_hashes():
    """The token for notes is the exception, as on GitHub: its jobs run the code of the base."""
    for name, body in FOUND.items():
        demands = any("--require-hashes" in line for line in body["before_script"])
        assert demands == (body.get("environment", {}).get("name") in SECRET), name


def test_what_a_secret_consists_of_is_masked_before_the_verb_runs():
    for name, body in FOUND.items():
        if body.get("environment", {}).get("name") in SECRET:
            assert body["script"][-2] == "antrea-gitops ci mask", name


def test_the_whole_history_is_there():
    assert WHOLE["variables"]["GIT_DEPTH"] == "0"


@pytest.mark.parametrize("job", ["comment", "push-rendered"])
def test_what_may_write_runs_the_code_of_the_base_only(job: str):
    lines = FOUND[job]["before_script"]
    (base,) = [n for n, line in enumerate(lines) if '"$CI_MERGE_REQUEST_DIFF_BASE_SHA" && cd "$aside/base"' in line]
    (setup,) = [n for n, line in enumerate(lines) if line == 'sh .ci/setup.sh "$aside/venv"']
    assert base < setup


def test_the_reports_and_the_branch_of_a_merge_request_are_data_beside_the_base():
    assert FOUND["comment"]["script"] == ['antrea-gitops ci comment --report "$project/report"']
    head = 'antrea-gitops -C "$aside/head"'
    # Without the option a merge request would name the program that is fetched and run.
    assert FOUND["push-rendered"]["script"] == [f"{head} render --no-download", f"{head} ci push"]


@pytest.mark.parametrize("job", ["comment", "push-rendered"])
def test_a_fork_gets_neither_note_nor_push(job: str):
    """Its pipeline runs in the fork, whose id CI_PROJECT_ID is then, or in the project itself."""
    fork, _ = FOUND[job]["rules"]
    assert fork["when"] == "never"
    assert fork["if"].split(" || ") == [
        "($CI_MERGE_REQUEST_SOURCE_PROJECT_ID && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID != $CI_PROJECT_ID)",
        "($CI_MERGE_REQUEST_PROJECT_ID && $CI_MERGE_REQUEST_PROJECT_ID != $CI_PROJECT_ID)",
    ]


def test_the_note_is_written_also_when_a_check_failed():
    assert FOUND["comment"]["rules"][-1]["when"] == "always"
    assert all(need["artifacts"] for need in FOUND["comment"]["needs"])


def test_reports_are_kept_also_after_a_failure_and_findings_shown_by_gitlab():
    for name in ("check", "diff"):
        assert FOUND[name]["artifacts"]["when"] == "always"
        assert FOUND[name]["artifacts"]["paths"] == [f"report/{name}.json"]
    assert FOUND["check"]["artifacts"]["reports"] == {"codequality": "report/codequality.json"}


@each_operation
def test_what_works_on_the_cluster_waits_for_a_person_and_for_each_other(verb: str):
    body = FOUND[verb]
    (rule,) = body["rules"]
    assert rule["when"] == "manual"
    assert f'$ACTION == "{verb}"' in rule["if"]
    assert "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" in rule["if"]
    assert body["resource_group"] == "cluster"
    assert verb in WHOLE["variables"]["ACTION"]["options"]


@each_operation
def test_the_name_of_the_cluster_is_compared_first(verb: str):
    call = {
        "install": "antrea-gitops install ${RESUME:+--resume}",
        "destroy": 'antrea-gitops destroy --confirm "$CONFIRM"',
        "apply": "antrea-gitops apply --yes",
        "nsx": "antrea-gitops nsx apply --yes ${CREATE_IDENTITY:+--create-identity}",
    }
    steps = ["antrea-gitops ci confirm", "antrea-gitops ci mask", call[verb]]
    assert FOUND[verb]["script"] == steps
    assert WHOLE["variables"]["CONFIRM"]["value"] == ""


@each_operation
def test_the_script_ends_half_an_hour_before_the_job_so_that_logs_are_kept(verb: str):
    body = FOUND[verb]
    assert (body["variables"]["RUNNER_SCRIPT_TIMEOUT"], body["timeout"]) == ("300m", "330 minutes")
    assert body["artifacts"]["when"] == "always"
    assert body["artifacts"]["paths"] == ["logs/", "report/"]
    assert body["artifacts"]["expire_in"] == "2 weeks"
    assert body["artifacts"]["access"] == "developer"


@each_operation
def test_the_page_is_drawn_whatever_came_of_it_and_decides_nothing(verb: str):
    (line,) = FOUND[verb]["after_script"]
    assert line.endswith("antrea-gitops report --output report/cluster.html || true")
