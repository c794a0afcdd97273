"""``firewall report``, and what `render` writes into firewall/, as a user and as a program meet them."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.repos import run, spawn
from support.small import rendering_repo, set_cluster

_KEYS = ["source", "destination", "protocol", "port", "phase", "reason", "fact"]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, kustomize: Path) -> Path:
    folder = tmp_path_factory.mktemp("firewall") / "ocp"
    rendering_repo(folder)
    assert run("render", cwd=folder).code == 0
    return folder


@pytest.fixture
def repo(pristine: Path, tmp_path: Path) -> Path:
    shutil.copytree(pristine, tmp_path / "ocp")
    return tmp_path / "ocp"


def told(repo: Path, *arguments: str) -> list[dict[str, Any]]:
    done = run("firewall", "report", "--format", "json", *arguments, cwd=repo)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)["rules"]


def test_json_has_the_keys_that_are_promised_and_the_articles_rows(repo: Path) -> None:
    found = told(repo)
    assert {tuple(one) for one in found} == {tuple(_KEYS)}
    article = [one for one in found if one["port"] in ("8443", "8080", "8181")]
    assert {(one["source"], one["destination"], one["protocol"], one["phase"]) for one in article} == {
        ("10.1.224.0/24", "10.128.0.0/14", "TCP", "install")
    }
    assert len(article) == 3


def test_a_phase_is_chosen(repo: Path) -> None:
    assert {one["phase"] for one in told(repo, "--phase", "install")} == {"install"}
    assert told(repo, "--phase", "phase2") == []
    assert len(told(repo, "--phase", "install", "--phase", "always")) == len(told(repo))


def test_what_render_wrote_is_what_is_reported_one_rule_a_line(repo: Path) -> None:
    with (repo / "firewall/rules.csv").open(newline="") as stream:
        assert list(csv.DictReader(stream)) == told(repo)
    readme = (repo / "firewall/README.md").read_text()
    assert "| UDP | 6081 | 10.1.224.0/24 | 10.1.224.0/24 | Geneve tunnel |" in readme


def test_a_change_of_the_tunnel_is_a_line_that_goes_and_a_line_that_comes(repo: Path) -> None:
    before = (repo / "firewall/rules.csv").read_text().splitlines()
    set_cluster(repo, antrea={"tunnelType": "vxlan"})
    assert "firewall/rules.csv" in run("render", "--check", cwd=repo).err
    assert run("render", cwd=repo).code == 0
    after = (repo / "firewall/rules.csv").read_text().splitlines()
    assert [",".join(line.split(",")[2:4]) for line in set(before) ^ set(after)].count("UDP,6081") == 1
    assert {line.split(",")[3] for line in set(before) ^ set(after)} == {"6081", "4789"}


def test_what_is_not_rendered_yet_counts(repo: Path) -> None:
    set_cluster(repo, antrea={"trafficEncryptionMode": "wireGuard"})
    assert "51820" in {one["port"] for one in told(repo)}
    shutil.rmtree(repo / "rendered")
    assert "51820" in {one["port"] for one in told(repo)}
    assert not (repo / "rendered").exists()


def test_a_report_needs_no_kustomize_where_all_is_rendered(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = told(repo)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("XDG_CACHE_HOME", str(repo.parent / "cache"))
    assert told(repo) == expected


def test_what_render_has_found_is_shown_without_the_models(repo: Path) -> None:
    set_cluster(repo, antrea={"tunnelType": "vxlan"})
    assert spawn("-C", repo, "render").code == 0
    told_by = "from antrea_generator.cli import main; import sys; code = main(sys.argv[1:]); "
    call = [sys.executable, "-c", told_by + "sys.exit(code or 'pydantic' in sys.modules or 'yaml' in sys.modules)"]
    done = subprocess.run([*call, "-C", str(repo), "firewall", "report"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4789" in done.stdout


def test_a_record_that_is_none_is_not_believed(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    expected = told(repo)
    for record in (tmp_path / "cache/antrea-gitops/firewall").iterdir():
        record.write_text('{"cluster": "ocp", "rules": [{"source": "0.0.0.0/0"}]}')
    assert told(repo) == expected


def test_render_removes_what_lies_in_firewall_and_is_none_of_its_files(repo: Path) -> None:
    (repo / "firewall/mine.txt").write_text("x")
    assert "firewall/mine.txt" in run("render", "--check", cwd=repo).err
    assert run("render", cwd=repo).code == 0
    assert sorted(path.name for path in (repo / "firewall").iterdir()) == ["README.md", "rules.csv"]


def test_a_configuration_that_antrea_refuses_is_no_reason_not_to_render(repo: Path) -> None:
    set_cluster(repo, antrea={"agent": {"trafficEncapMode": "sideways", "apiPort": "x"}})
    done = run("render", cwd=repo)
    assert done.code == 0, done.err
    assert "10349" in (repo / "firewall/rules.csv").read_text()


def test_several_repositories_are_told_apart(repo: Path) -> None:
    other = repo.parent / "other"
    rendering_repo(other, flavour="kubernetes")
    assert run("render", cwd=other).code == 0
    names = [str(repo), str(other)]
    done = run("firewall", "report", "--format", "json", *names)
    found = json.loads(done.out)
    assert [one["repository"] for one in found] == names
    assert [len(one["rules"]) for one in found] == [len(told(repo)), len(told(other))]
    rows = list(csv.reader(run("firewall", "report", "--format", "csv", *names).out.splitlines()))
    assert rows[0] == ["repository", *_KEYS]
    assert {row[0] for row in rows[1:]} == set(names)
    refused = run("firewall", "report", "--format", "nftables", *names)
    assert (refused.code, "is of one repository" in refused.err) == (2, True)


def test_one_repository_that_cannot_be_read_leaves_the_report_of_the_others(repo: Path) -> None:
    (repo.parent / "empty").mkdir()
    done = run("firewall", "report", "--format", "json", str(repo), str(repo.parent / "empty"))
    assert done.code == 2
    assert [one["repository"] for one in json.loads(done.out)] == [str(repo)]
    assert "is not a cluster repository" in done.err


@pytest.mark.parametrize(
    ("form", "part"),
    [
        ("table", "always   UDP       6081"),
        ("csv", "10.1.224.0/24,10.1.224.0/24,UDP,6081,always,Geneve tunnel,"),
        ("markdown", "| UDP | 6081 |"),
        ("nftables", "table inet antrea-gitops-ocp {"),
        ("terraform-nsx", 'resource "nsxt_policy_security_policy" "ocp" {'),
    ],
)
def test_each_form_can_be_printed_or_written(repo: Path, form: str, part: str) -> None:
    printed = run("firewall", "report", "--format", form, cwd=repo)
    assert (printed.code, part in printed.out) == (0, True)
    written = run("firewall", "report", "--format", form, "--output", "out/rules", cwd=repo)
    assert (written.code, written.out) == (0, "")
    assert (repo / "out/rules").read_text() == printed.out


def test_a_wrong_cluster_yaml_is_told_with_its_place(repo: Path) -> None:
    set_cluster(repo, firewall={"addresses": {"DNS servers": ["ns1.example.com"]}})
    done = run("firewall", "report", cwd=repo)
    assert done.code == 1
    assert "cluster.yaml:" in done.err
    assert "'ns1.example.com' is no address and no network" in done.err
