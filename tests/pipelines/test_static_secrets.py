"""Which secrets a job sees, and what a token may do. The table is the contract."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from support.pipeline_trees import OPERATIONS
from support.workflows import jobs, secrets_of, steps, workflow_of


def test_only_jobs_with_an_environment_see_secrets_and_only_in_the_step_that_needs_them():
    for name, job, body in jobs():
        if not body.get("environment"):
            assert secrets_of(body) == set(), (name, job)
        assert secrets_of({key: value for key, value in body.items() if key != "steps"}) == set()
        holders = [step for step in body["steps"] if secrets_of(step)]
        assert len(holders) <= 1, (name, job)
        assert all("run" in step for step in holders), (name, job)


def test_what_is_installed_beside_secrets_is_checked_against_hashes():
    for name, job, body in jobs():
        setup = next(step["run"] for step in body["steps"] if "setup.sh" in step.get("run", ""))
        assert setup.endswith("--require-hashes") == bool(body.get("environment")), (name, job)


VCENTER = {"ANTREA_GITOPS_VCENTER_USERNAME", "ANTREA_GITOPS_VCENTER_PASSWORD"}
VAULT = {"ANTREA_GITOPS_AGE_IDENTITY", "ANTREA_GITOPS_SECRET_BACKUP"}
PULL, REGISTRY, NSX = "ANTREA_GITOPS_PULL_SECRET", "ANTREA_GITOPS_SECRET_REGISTRY", "ANTREA_GITOPS_SECRET_NSX"
IDENTITY, KUBECONFIG = "ANTREA_GITOPS_AGE_IDENTITY", "ANTREA_GITOPS_KUBECONFIG"
BACKUP, PROXY = "ANTREA_GITOPS_SECRET_BACKUP", "ANTREA_GITOPS_SECRET_PROXY"


@pytest.mark.parametrize(
    ("workflow", "answers", "expected"),
    [
        ("install", {}, {PULL, *VAULT, *VCENTER}),
        ("install", {"backup_remote": "git@git.example.com:v.git"}, {PULL, IDENTITY, *VCENTER}),
        ("install", {"mirror_registry": "m.example.com/o"}, {PULL, *VAULT, REGISTRY, *VCENTER}),
        ("install", {"http_proxy": "http://p:1"}, {PULL, *VAULT, PROXY, *VCENTER}),
        ("install", {"https_proxy": "http://p:1"}, {PULL, *VAULT, PROXY, *VCENTER}),
        (
            "install",
            {"failure_domains": [{"server": "a"}, {"server": "b"}, {"server": "a"}]},
            {PULL, *VAULT, *VCENTER, *(f"{name}_2" for name in VCENTER)},
        ),
        ("install", {"platform": "none"}, {PULL, *VAULT}),
        ("install", {"platform": "nutanix"}, {PULL, *VAULT, "ANTREA_GITOPS_SECRET_NUTANIX"}),
        ("install", {"platform": "aws"}, {PULL, *VAULT, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}),
        (
            "install",
            {"platform": "baremetal", "hosts": [{"bmc": {"secret": "B1"}}, {"bmc": {"secret": "B2"}}, {"bmc": {}}]},
            {PULL, *VAULT, "ANTREA_GITOPS_SECRET_B1", "ANTREA_GITOPS_SECRET_B2"},
        ),
        ("install", {"platform": "baremetal", "hosts": [{"bmc": {"secret": "A }} x"}}]}, {PULL, *VAULT}),
        ("destroy", {}, {NSX, *VAULT, *VCENTER}),
        ("destroy", {"nsx": False}, {*VAULT, *VCENTER}),
        ("install", {"flavour": "kubernetes"}, {KUBECONFIG, *VAULT}),
        ("apply", {}, {KUBECONFIG, *VAULT}),
        ("apply", {"nsx": False, "flavour": "kubernetes"}, {KUBECONFIG, *VAULT}),
        ("nsx", {}, {NSX, "ANTREA_GITOPS_NSX_TLS_CERT", "ANTREA_GITOPS_NSX_TLS_KEY", KUBECONFIG, *VAULT}),
        ("main", {}, {BACKUP}),
        ("nightly", {}, {PULL, REGISTRY, KUBECONFIG, *VAULT}),
        ("nightly", {"flavour": "kubernetes"}, {REGISTRY, KUBECONFIG, *VAULT}),
        ("pull-request", {}, set()),
    ],
)
def test_a_verb_gets_the_secrets_that_it_reads(workflow: str, answers: dict[str, Any], expected: set[str]):
    assert secrets_of(workflow_of(workflow, **answers)) == expected


@pytest.mark.parametrize("workflow", [*OPERATIONS, "main", "nightly"])
def test_with_sops_one_secret_opens_the_others_and_with_files_there_is_none(workflow: str):
    assert secrets_of(workflow_of(workflow, secrets_provider="sops")) == {"ANTREA_GITOPS_AGE_IDENTITY"}
    assert secrets_of(workflow_of(workflow, secrets_provider="file")) == set()


def test_what_a_secret_consists_of_is_masked_before_the_verb_runs():
    for name, job, step in steps():
        if secrets_of(step):
            assert step["run"].splitlines()[0] == "antrea-gitops ci mask", (name, job)


def test_a_token_is_given_to_steps_of_jobs_that_write_alone():
    for name, job, body in jobs():
        holds = "github.token" in yaml.dump(body)
        assert holds == ("write" in body["permissions"].values()), (name, job)
