"""``copier update`` of cluster repositories, made from a Git URL or from the packaged template."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import copier
import pytest
import yaml

from antrea_ci import __version__
from antrea_ci.facts import facts
from antrea_ci.files import read_tree
from support.bundles import below, bundle_files, write_archive
from support.repos import commit, copy_template, git, run, snapshot, template_git

Update = Callable[[Path], None]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return template_git(tmp_path / "template.git")


@pytest.fixture
def update() -> Update:
    """Stock ``copier update --defaults``."""
    return lambda repo: copier.run_update(str(repo), defaults=True, overwrite=True, quiet=True)


@pytest.fixture
def own_process() -> Update:
    """The same as a process of its own, as people run it."""

    def run_update(repo: Path) -> None:
        command = [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"]
        done = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr

    return run_update


def from_url(template: Path, repo: Path, *argv: str | Path) -> Path:
    done = run("new", repo, "--defaults", "--template", f"file://{template}", *argv)
    assert done.code == 0, done.err
    return repo


def test_the_url_and_its_newest_tag_are_recorded(template: Path, tmp_path: Path):
    repo = from_url(template, tmp_path / "ocp")
    recorded = yaml.safe_load((repo / ".copier-answers.yml").read_text())
    assert (recorded["_src_path"], recorded["_commit"]) == (f"file://{template}", "v0.1.0")


def test_a_ref_takes_that_tag(template: Path, tmp_path: Path):
    (template / "template" / "NEW.md").write_text("new\n")
    commit(template, "v0.2.0")
    repo = from_url(template, tmp_path / "ocp", "--ref", "v0.1.0")
    assert yaml.safe_load((repo / ".copier-answers.yml").read_text())["_commit"] == "v0.1.0"
    assert not (repo / "NEW.md").exists()


@pytest.mark.parametrize("flavour", ["openshift", "kubernetes"])
def test_without_a_change_of_the_template_an_update_changes_nothing(
    flavour: str, template: Path, tmp_path: Path, update: Update
):
    repo = from_url(template, tmp_path / "ocp", "--data", f"flavour={flavour}", "--data", "ci=both")
    before = snapshot(repo)
    update(repo)
    assert snapshot(repo) == before
    assert git(repo, "status", "--porcelain") == ""


def test_nor_does_it_for_a_repository_of_the_packaged_template(
    template: Path, tmp_path: Path, own_process: Update, monkeypatch: pytest.MonkeyPatch
):
    git(template, "tag", "--force", f"v{__version__}")
    url = facts("template")["url"]
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{template}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(url))
    done = run("new", tmp_path / "ocp", "--defaults", "--data", "cluster_name=blue")
    assert done.code == 0, done.err
    before = snapshot(tmp_path / "ocp")
    own_process(tmp_path / "ocp")
    assert snapshot(tmp_path / "ocp") == before
    assert yaml.safe_load((tmp_path / "ocp/.copier-answers.yml").read_text())["_src_path"] == url


def test_people_keep_what_they_own_and_get_the_rest(template: Path, tmp_path: Path, own_process: Update):
    repo = from_url(template, tmp_path / "ocp")
    mine = (repo / "cluster.yaml").read_text().replace("daily: 7", "daily: 9")
    (repo / "cluster.yaml").write_text(mine)
    commit(repo)
    for name in ("cluster.yaml.jinja", "install-config.yaml.jinja", "tools.lock.yaml.jinja", ".editorconfig"):
        with (template / "template" / name).open("a") as stream:
            stream.write("# newer\n")
    commit(template, "v0.2.0")
    own_process(repo)
    assert (repo / "cluster.yaml").read_text() == mine
    assert git(repo, "status", "--porcelain").split("\n") == ["M .copier-answers.yml", " M .editorconfig"]
    assert (repo / ".editorconfig").read_text().endswith("# newer\n")


def newer_bundle(template: Path) -> None:
    """A version of the template that drops one file of the embedded bundle, renames another and adds a third."""
    bundle = template / "template" / "antrea" / "bundle"
    (bundle / "nsx-cert.yaml").unlink()
    (bundle / "service_account.yaml").rename(bundle / "sa.yaml")
    (bundle / "added.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: added, namespace: x}\n")
    (bundle / "namespace.yaml").write_text("# changed\n" + (bundle / "namespace.yaml").read_text())
    overlay = template / "template" / "antrea" / "overlays" / "install" / "kustomization.yaml"
    overlay.write_text(overlay.read_text() + "# newer\n")
    commit(template, "v0.2.0")


def test_an_update_never_touches_an_imported_bundle(template: Path, tmp_path: Path, update: Update):
    """The archive has fewer and differently named files than the embedded bundle; the template changes its own."""
    repo = from_url(template, tmp_path / "ocp")
    files = bundle_files()
    files["account.yaml"] = files.pop("service_account.yaml")
    files["rbac.yaml"] = files.pop("role.yaml") + b"---\n" + files.pop("role_binding.yaml")
    archive = write_archive(tmp_path / "deploy.tar.gz", below("openshift", files))
    assert run("bundle", "import", archive, cwd=repo).code == 0
    assert run("render", cwd=repo).code == 0
    commit(repo)
    antrea, before = read_tree(repo / "antrea"), snapshot(repo)
    newer_bundle(template)
    update(repo)
    assert read_tree(repo / "antrea") == antrea
    assert git(repo, "status", "--porcelain") == "M .copier-answers.yml"
    assert {**snapshot(repo), ".copier-answers.yml": ""} == {**before, ".copier-answers.yml": ""}
    assert run("check", cwd=repo).code == 0


def test_an_update_never_touches_the_embedded_bundle_either(template: Path, tmp_path: Path, update: Update):
    repo = from_url(template, tmp_path / "ocp")
    antrea = read_tree(repo / "antrea")
    newer_bundle(template)
    update(repo)
    assert read_tree(repo / "antrea") == antrea


def test_a_file_that_somebody_removed_from_the_bundle_stays_away(template: Path, tmp_path: Path, update: Update):
    repo = from_url(template, tmp_path / "ocp")
    (repo / "antrea/bundle/nsx-cert.yaml").unlink()
    shutil.rmtree(repo / "antrea/overlays/nsx")
    commit(repo)
    (template / "template" / ".editorconfig").write_text("root = true\n")
    commit(template, "v0.2.0")
    update(repo)
    assert not (repo / "antrea/bundle/nsx-cert.yaml").exists()
    assert not (repo / "antrea/overlays/nsx").exists()


def test_stock_copier_copies_the_same_from_a_folder_and_from_git(template: Path, tmp_path: Path):
    import copier

    copier.run_copy(f"file://{template}", tmp_path / "git", defaults=True, quiet=True)
    by_git = snapshot(tmp_path / "git", without=(".git", ".copier-answers.yml"))
    assert by_git == snapshot(copy_template(tmp_path / "folder"), without=(".copier-answers.yml",))
