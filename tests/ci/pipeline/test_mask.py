"""`ci mask`: every form in which a secret of the environment could show up in a log has its mask."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from antrea_ci.pipeline.mask import masks
from support.repos import ROOT, run

PULL_PASSWORD = "pull-pass-Zq81"
LOGIN = f"robot-account:{PULL_PASSWORD}"
AUTH = base64.b64encode(LOGIN.encode()).decode()
PULL_SECRET = json.dumps({"auths": {"quay.io": {"auth": AUTH, "email": "robot@example.com"}}}, indent=2)
KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\nBK==\n-----END PRIVATE KEY-----\n"
IDENTITY = "# created: 2026-01-01\n# public key: age1public\nAGE-SECRET-" + "KEY-1QQQQQQQQQQQQQQQQ\n"
ENVIRONMENT = {
    "GITHUB_ACTIONS": "true",
    "ANTREA_GITOPS_PULL_SECRET": PULL_SECRET,
    "ANTREA_GITOPS_VCENTER_USERNAME": "administrator@vsphere.local",
    "ANTREA_GITOPS_VCENTER_PASSWORD": 'vc"pa%ss\\w',
    "ANTREA_GITOPS_VCENTER_PASSWORD_2": "second-vcenter",
    "ANTREA_GITOPS_SECRET_NSX": "admin:nsx:pass&word",
    "ANTREA_GITOPS_SECRET_RACK_1": "root:calvin-77",
    "ANTREA_GITOPS_AGE_IDENTITY": IDENTITY,
    "ANTREA_GITOPS_NSX_TLS_KEY": KEY,
    "ANTREA_GITOPS_GITLAB_TOKEN": "glpat-token-11",
    "GITHUB_TOKEN": "ghs_token-12",
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE00000",
    "AWS_SECRET_ACCESS_KEY": "aws/secret+13",
    "AWS_SESSION_TOKEN": "aws-session-14",
    "HTTPS_PROXY": "http://proxyuser1:proxy-p%40ss@proxy.example.com:3128",
}
SECRETS = [
    AUTH,
    LOGIN,
    PULL_PASSWORD,
    "robot-account",
    "robot@example.com",
    "administrator@vsphere.local",
    'vc"pa%ss\\w',
    "second-vcenter",
    "admin:nsx:pass&word",
    "nsx:pass&word",
    "root:calvin-77",
    "calvin-77",
    IDENTITY.splitlines()[-1],
    "MIIEvQIBADANBgkq",
    "hkiG9w0BAQEFAASC",
    "glpat-token-11",
    "ghs_token-12",
    "AKIAEXAMPLE00000",
    "aws/secret+13",
    "aws-session-14",
    "proxyuser1:proxy-p%40ss",
    "proxy-p%40ss",
    "proxy-p@ss",
]


def masked(environment: Mapping[str, str]) -> set[str]:
    """The values as the runner reads them: it decodes what commands escape."""
    lines = masks(environment).lines
    assert all(line.startswith("::add-mask::") and "\n" not in line and "\r" not in line for line in lines)
    told = (line.removeprefix("::add-mask::") for line in lines)
    return {text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%") for text in told}


@pytest.mark.parametrize("secret", SECRETS)
def test_each_part_is_masked_as_it_is_and_inside_of_json_addresses_and_secrets(secret: str) -> None:
    found = masked(ENVIRONMENT)
    assert secret in found
    assert json.dumps(secret)[1:-1] in found
    assert quote(secret, safe="") in found
    assert base64.b64encode(secret.encode()).decode() in found


def test_the_whole_pull_secret_is_masked_as_written_and_in_one_line() -> None:
    found = masked(ENVIRONMENT)
    assert PULL_SECRET in found
    assert json.dumps(json.loads(PULL_SECRET), separators=(",", ":")) in found


def test_short_and_common_names_of_users_and_notes_are_not_masked_alone() -> None:
    environment = {**ENVIRONMENT, "ANTREA_GITOPS_SECRET_REGISTRY": "openshift:mirror-pass"}
    assert not masked(environment) & {"root", "admin", "openshift", "# public key: age1public"}


def test_parts_that_would_mask_everything_are_told_and_left_out() -> None:
    found = masks({"GITHUB_ACTIONS": "true", "ANTREA_GITOPS_SECRET_BMC": "longer-user:ab"})
    assert "::add-mask::longer-user:ab" in found.lines
    assert "::add-mask::ab" not in found.lines
    (remark,) = found.remarks
    assert remark.startswith("ANTREA_GITOPS_SECRET_BMC: ")


def test_secrets_in_files_are_masked_by_their_content(tmp_path: Path) -> None:
    names = ("ANTREA_GITOPS_PULL_SECRET", "ANTREA_GITOPS_AGE_IDENTITY", "ANTREA_GITOPS_NSX_TLS_KEY")
    environment = {"GITHUB_ACTIONS": "true"}
    for name in names:
        (tmp_path / name).write_text(ENVIRONMENT[name])
        environment[name] = str(tmp_path / name)
    found = masked(environment)
    assert {PULL_PASSWORD, IDENTITY.splitlines()[-1], "MIIEvQIBADANBgkq"} <= found
    assert str(tmp_path / names[0]) not in found


@pytest.mark.parametrize(
    "value",
    [
        '{"auths": {"quay.io": {"auth": "c2VjcmV0LW9uZQ"}}',
        '{"auths": {}}',
        '["cloud.openshift.com"]',
        '{"auths": {"quay.io": {"auth": "not base64 at all!"}}}',
        json.dumps({"auths": {"quay.io": {"auth": base64.b64encode(b"no-colon-inside").decode()}}}),
    ],
)
def test_a_malformed_pull_secret_fails_unseen_after_everything_else_was_masked(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "GITLAB_", "ANTREA_GITOPS_"))]:
        monkeypatch.delenv(name)
    for name, text in {**ENVIRONMENT, "ANTREA_GITOPS_PULL_SECRET": value}.items():
        monkeypatch.setenv(name, text)
    done = run("ci", "mask")
    assert done.code == 1
    assert "ANTREA_GITOPS_PULL_SECRET is no pull secret" in done.err
    assert "calvin-77" in done.out
    assert f"::add-mask::{value}" in done.out
    for part in ("c2VjcmV0", "not base64 at all", "no-colon-inside", "calvin-77"):
        assert part not in done.err


def test_one_bad_entry_does_not_keep_the_others_from_being_masked() -> None:
    value = json.dumps({"auths": {"a.example.com": {"auth": "?"}, "b.example.com": {"auth": AUTH}}})
    found = masks({"GITHUB_ACTIONS": "true", "ANTREA_GITOPS_PULL_SECRET": value})
    assert f"::add-mask::{PULL_PASSWORD}" in found.lines
    assert found.error
    assert "1 of its 2 entries" in found.error.message


def test_outside_of_github_no_secret_is_printed() -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "GITHUB_ACTIONS"}
    for more in ({}, {"GITLAB_CI": "true"}):
        found = masks({**environment, **more})
        assert found.lines == ()
        assert not [secret for secret in SECRETS if secret in "".join(found.remarks)]


def test_gitlab_is_told_which_variables_it_cannot_mask() -> None:
    short = {"ANTREA_GITOPS_SECRET_BMC": "a:b"}
    environment = {**ENVIRONMENT, **short, "GITLAB_CI": "true", "CI_REPOSITORY_URL": "https://ci:token@example.com/x"}
    del environment["GITHUB_ACTIONS"]
    remarks = masks(environment).remarks
    told = [remark.split()[0] for remark in remarks if "cannot be masked" in remark]
    lines = ["ANTREA_GITOPS_AGE_IDENTITY", "ANTREA_GITOPS_NSX_TLS_KEY", "ANTREA_GITOPS_PULL_SECRET"]
    assert sorted(told) == sorted([*lines, "ANTREA_GITOPS_SECRET_BMC"])
    assert not [remark for remark in remarks if "CI_REPOSITORY_URL" in remark]


def test_a_password_of_bytes_that_are_no_text_is_masked_too() -> None:
    environment = {**os.environb, b"GITHUB_ACTIONS": b"true", b"ANTREA_GITOPS_VCENTER_PASSWORD": b"pass\xffword"}
    command = [
        sys.executable,
        "-c",
        "import sys; from antrea_generator.cli import main; sys.exit(main(['ci', 'mask']))",
    ]
    paths = os.pathsep.join([str(ROOT / "ci"), str(ROOT / "generator")])
    done = subprocess.run(command, env={**environment, b"PYTHONPATH": paths.encode()}, capture_output=True, check=True)
    assert b"::add-mask::pass\xffword\n" in done.stdout


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=4).filter(lambda one: one.strip()))
def test_any_value_is_one_line_that_the_runner_reads_back(value: str) -> None:
    assert value in masked({"GITHUB_ACTIONS": "true", "ANTREA_GITOPS_VCENTER_PASSWORD": value})
