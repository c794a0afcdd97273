"""`antrea-gitops report`: where the page goes, and what becomes of a repository that cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from support.cluster_pages import lived_in, read
from support.repos import git, run, spawn
from support.small import cluster_repo
from support.vaults import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Not to be changed, but for report/."""
    return lived_in(tmp_path_factory.mktemp("report"))


def test_the_page_goes_to_a_folder_that_git_ignores(site: Site):
    (site.repo / ".gitignore").write_text("/report/\n")
    before = git(site.repo, "status", "--porcelain")
    done = run("report", cwd=site.repo)
    assert (done.code, done.out, done.err) == (0, "wrote report/cluster.html\n", "")
    assert git(site.repo, "status", "--porcelain") == before
    assert "ocp.example.com" in read((site.repo / "report/cluster.html").read_text()).text


def test_a_file_or_standard_output_can_be_named(site: Site, tmp_path: Path):
    named = tmp_path / "new/folder/page.html"
    assert run("report", "--output", named, cwd=site.repo).out == f"wrote {named}\n"
    assert run("report", "--output", "-", cwd=site.repo).out == named.read_text()


def test_machines_get_json_alone_with_the_forms_of_other_verbs(site: Site):
    done = run("report", "--format", "json", cwd=site.repo)
    told = json.loads(done.out)
    assert told["rules"] == json.loads(run("firewall", "report", "--format", "json", cwd=site.repo).out)["rules"]
    assert told["findings"] == json.loads(run("check", "--format", "json", cwd=site.repo).out)["findings"]
    assert [one["outcome"] for one in told["installations"]] == ["installed", "failed"]
    assert told["backups"]["found"][0]["state"] == "restored"
    assert (done.code, done.err) == (0, "")


def test_findings_are_told_on_the_page_and_do_not_decide_the_exit_code(tmp_path: Path):
    repo = cluster_repo(tmp_path / "ocp")
    config = repo.install_config_file.read_text().replace("10.128.0.0/14", "10.0.0.0/8")
    repo.install_config_file.write_text(config)
    assert run("report", cwd=repo.root).code == 0
    text = read((repo.report / "cluster.html").read_text()).text
    assert "1 network overlap" not in text
    assert "2 networks overlap others." in text
    assert "network/overlap" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [("flavour: openshift\n", "cluster.yaml:"), ("a: [\n", "[yaml/syntax]"), ("", "cluster.yaml")],
    ids=["incomplete", "no YAML", "empty"],
)
def test_a_repository_that_describes_no_cluster_gives_its_findings(tmp_path: Path, content: str, told: str):
    repo = cluster_repo(tmp_path / "ocp")
    repo.cluster_file.write_text(content)
    done = run("report", cwd=repo.root)
    assert (done.code, done.out) == (1, "")
    assert told in done.err
    assert not repo.report.exists()


def test_outside_of_a_repository_it_says_what_is_missing(tmp_path: Path):
    done = run("report", cwd=tmp_path)
    assert done.code == 2
    assert "it has no cluster.yaml" in done.err


def test_a_place_that_cannot_be_written_is_told(site: Site):
    done = run("report", "--output", site.repo / "cluster.yaml/page.html", cwd=site.repo)
    assert done.code == 2
    assert "cannot be written" in done.err


def test_without_git_and_kustomize_the_page_says_what_it_cannot_know(site: Site, tmp_path: Path):
    nowhere = {"PATH": os.devnull, "XDG_CACHE_HOME": str(tmp_path), "ANTREA_GITOPS_MIRROR": "http://127.0.0.1:9"}
    done = spawn("-C", site.repo, "report", "--output", tmp_path / "page.html", env=nowhere)
    assert (done.code, done.err) == (0, "")
    text = read((tmp_path / "page.html").read_text()).text
    assert "The rules could not be applied where this page was made" in text
    assert "could not be read" in text
