"""Secrets meet the install-config in the scratch folder only, each at the place where the installer reads it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from antrea_ci.install.injection import injected
from antrea_ci.model.effective import load
from antrea_ci.secrets import Secrets
from antrea_ci.yamlio import parse
from support.small import cluster_repo

PULL_SECRET = json.dumps({"auths": {"r.example.org": {"auth": "cHVsbGVyOmVuYW1lbC1zcG9vbg=="}}})
ENVIRONMENT = {
    "ANTREA_GITOPS_PULL_SECRET": PULL_SECRET,
    "ANTREA_GITOPS_VCENTER_USERNAME": "administrator@vsphere.example.com",
    "ANTREA_GITOPS_VCENTER_PASSWORD": "walnut-harbour-88",
}


def result(
    folder: Path,
    given: dict[str, str],
    change: dict[str, Any] | None = None,
    sections: dict[str, Any] | None = None,
) -> Any:
    repo = cluster_repo(folder, **(sections or {}))
    cluster = load(repo)
    config = {**yaml.safe_load(repo.install_config_file.read_text()), **(change or {})}
    return injected(parse(json.dumps(config), "x").mapping, cluster, Secrets({**ENVIRONMENT, **given}))


def test_the_flat_form_gets_username_and_password(tmp_path: Path) -> None:
    vsphere = result(tmp_path / "r", {})["platform"]["vsphere"]
    assert (vsphere["username"], vsphere["password"]) == ("administrator@vsphere.example.com", "walnut-harbour-88")


def test_each_vcenter_gets_its_own_login(tmp_path: Path) -> None:
    change = {"platform": {"vsphere": {"vcenters": [{"server": "a"}, {"server": "b"}]}}}
    second = {"ANTREA_GITOPS_VCENTER_USERNAME_2": "second", "ANTREA_GITOPS_VCENTER_PASSWORD_2": "other-pass"}
    first, other = result(tmp_path / "r", second, change)["platform"]["vsphere"]["vcenters"]
    assert (first["user"], first["password"]) == ("administrator@vsphere.example.com", "walnut-harbour-88")
    assert (other["user"], other["password"]) == ("second", "other-pass")


def test_the_pull_secret_is_compact_json(tmp_path: Path) -> None:
    pretty = json.dumps(json.loads(PULL_SECRET), indent=4)
    found = result(tmp_path / "r", {"ANTREA_GITOPS_PULL_SECRET": pretty})["pullSecret"]
    assert json.loads(found) == json.loads(PULL_SECRET)
    assert "\n" not in found


def test_our_own_registry_is_added_to_the_pull_secret(tmp_path: Path) -> None:
    site = {"mirrorRegistry": "mirror.example.com:5000"}
    config = result(tmp_path / "r", {"ANTREA_GITOPS_SECRET_REGISTRY": "robot:pass:word"}, None, {"site": site})
    auths = json.loads(config["pullSecret"])["auths"]
    assert base64.b64decode(auths["mirror.example.com:5000"]["auth"]) == b"robot:pass:word"
    assert "r.example.org" in auths


def test_machines_get_the_login_that_cluster_yaml_names(tmp_path: Path) -> None:
    change = {"platform": {"baremetal": {"hosts": [{"name": "m0", "bmc": {"address": "redfish://x"}}]}}}
    secrets = {"bmc": {"m0": "RACK1"}}
    config = result(tmp_path / "r", {"ANTREA_GITOPS_SECRET_RACK1": "root:calvin"}, change, {"secrets": secrets})
    assert config["platform"]["baremetal"]["hosts"][0]["bmc"] == {
        "address": "redfish://x",
        "username": "root",
        "password": "calvin",
    }


def test_the_login_of_a_proxy_is_quoted_into_its_address(tmp_path: Path) -> None:
    change = {"proxy": {"httpsProxy": "http://proxy.example.com:3128"}}
    config = result(tmp_path / "r", {"ANTREA_GITOPS_SECRET_PROXY": "user:p@ss/1"}, change)
    assert config["proxy"]["httpsProxy"] == "http://user:p%40ss%2F1@proxy.example.com:3128"


@pytest.mark.parametrize("written", ["pullSecret", "PullSecret", "pullsecret"])
def test_a_key_in_another_case_is_replaced_and_not_doubled(tmp_path: Path, written: str) -> None:
    config = result(tmp_path / "r", {}, {written: "placeholder"})
    assert [key for key in config if key.casefold() == "pullsecret"] == ["pullSecret"]


def test_what_was_read_from_the_repository_stays_as_it_is(tmp_path: Path) -> None:
    repo = cluster_repo(tmp_path / "r")
    config = parse(repo.install_config_file.read_bytes(), "install-config.yaml").mapping
    before = json.dumps(config)
    injected(config, load(repo), Secrets(ENVIRONMENT))
    assert json.dumps(config) == before
