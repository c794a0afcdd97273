"""The options of ``check``: which files, which rules, which form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.repos import ROOT, run
from support.small import INSTALL_CONFIG, edit, rendering_repo

FORMATS = ("text", "json", "sarif", "github", "gitlab")


@pytest.fixture
def repo(tmp_path: Path, kustomize: Path) -> Path:
    """A repository with a fault of the network and one of style, in two files."""
    root = rendering_repo(tmp_path / "ocp").root
    run("render", cwd=root)
    edit(root / "install-config.yaml", "networkType: antrea", "networkType: Antrea")
    (root / "notes.yaml").write_text("a: 1   \n")
    return root


def rules(root: Path, *argv: str | Path) -> set[str]:
    return {item["rule"] for item in json.loads(run("check", "--format", "json", *argv, cwd=root).out)["findings"]}


def test_a_fast_run_judges_only_what_the_files_concern(repo: Path):
    assert rules(repo, "--fast", "notes.yaml") == {"style/yamllint"}
    assert "install-config/network-type" in rules(repo, "--fast", "install-config.yaml")


def test_a_fast_run_takes_absolute_files_and_leaves_out_those_of_others(repo: Path, tmp_path: Path):
    assert rules(repo, "--fast", repo / "notes.yaml") == {"style/yamllint"}
    assert rules(repo, "--fast", tmp_path / "notes.yaml") == set()


def test_only_some_rules_or_families_are_told(repo: Path):
    assert rules(repo, "--only", "style") == {"style/yamllint"}
    assert rules(repo, "--only", "style/yamllint, install-config/network-type") == {
        "style/yamllint",
        "install-config/network-type",
    }


def test_what_is_not_told_does_not_decide_the_exit_code(repo: Path):
    assert run("check", cwd=repo).code == 1
    assert run("check", "--only", "style", cwd=repo).code == 0


def test_a_rule_that_does_not_exist_is_wrong_usage(repo: Path):
    ran = run("check", "--only", "styel", cwd=repo)
    assert (ran.code, "did you mean style?" in ran.err) == (2, True)


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_exit_code_does_not_depend_on_the_form(output_format: str, repo: Path):
    assert run("check", "--format", output_format, cwd=repo).code == 1
    edit(repo / "install-config.yaml", "networkType: Antrea", "networkType: antrea")
    assert run("check", "--format", output_format, cwd=repo).code == 0
    assert run("check", "--strict", "--format", output_format, cwd=repo).code == 1


def test_a_bare_install_config_is_judged_for_its_version(tmp_path: Path):
    (tmp_path / "ic.yaml").write_text(INSTALL_CONFIG.replace("networkType: antrea", "networkType: OpenShiftSDN"))
    for version, expected in (("4.12", "install-config/network-type"), ("4.18", "install-config/network-type")):
        found = rules(tmp_path, "--install-config", "ic.yaml", "--openshift-version", version)
        assert expected in found


@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        (("--install-config", "a.yaml"), "--openshift-version"),
        (("--agent-config", "a.yaml"), "--antrea-version"),
        (("--install-config", "a.yaml", "--openshift-version", "4.18"), "does not exist"),
        (("--manifests", "a.yaml"), "no folder"),
        (("--install-config", "a.yaml", "--openshift-version", "next"), "no version of OpenShift"),
        (("--manifests", ".", "--openshift-version", "4"), "no version of OpenShift"),
        (("--install-config", "a.yaml", "repository"), "cannot be combined"),
        (("--openshift-version", "4.18"), "--openshift-version is for"),
        (("--agent-config", "a", "--openshift-version", "4.18"), "--openshift-version is for"),
        (("--antrea-version", "1.13.1"), "--antrea-version is for"),
    ],
)
def test_what_is_missing_is_asked_for(argv: tuple[str, ...], asked: str, tmp_path: Path):
    ran = run("check", *argv, cwd=tmp_path)
    assert (ran.code, asked in ran.err) == (2, True), ran.err


@pytest.mark.parametrize(("component", "key"), [("agent", "tunnelPort: 70000"), ("controller", "apiPort: [1]")])
def test_a_bare_configuration_of_antrea_is_judged_for_its_version(component: str, key: str, tmp_path: Path):
    (tmp_path / "antrea.conf").write_text(f"{key}\n")
    argv = (f"--{component}-config", "antrea.conf", "--antrea-version", "1.13.1")
    ran = run("check", *argv, cwd=tmp_path)
    assert (ran.code, "antrea.conf:1:" in ran.out) == (1, True), ran.out


def test_manifests_are_listed_with_what_is_read_and_what_is_not(tmp_path: Path):
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "cluster-config.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: d}\n")
    (folder / "notes.txt").write_text("mine\n")
    ran = run("check", "--manifests", ".", "--openshift-version", "4.12", cwd=tmp_path)
    assert "manifests/cluster-config.yaml" in ran.out
    assert "manifests/notes.txt" in ran.out
    told = json.loads(
        run("check", "--manifests", ".", "--openshift-version", "4.12", "--format", "json", cwd=tmp_path).out
    )
    assert {"consumed", "ignored", "findings", "summary"} <= set(told)


def test_many_repositories_give_the_findings_of_each(repo: Path, kustomize: Path):
    import shutil

    names = [f"r{number:02}" for number in range(10)]
    for name in names:
        shutil.copytree(repo, repo.parent / name)
    found = json.loads(run("check", *names, "--format", "json", cwd=repo.parent).out)["findings"]
    alone = rules(repo)
    for name in names:
        assert {item["rule"] for item in found if item["file"].startswith(f"{name}/")} == alone


def test_the_schema_for_editors_knows_what_the_model_knows():
    text = (ROOT / "template/.schemas/cluster.schema.json").read_text()
    assert '"suppress"' in text
