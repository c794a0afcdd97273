"""The template of this very version, with Copier in its own process: from the packaged copy to a newer tag."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from antrea_ci import __version__
from antrea_ci.facts import facts
from support.repos import commit, git, run, template_git
from support.small import edit


def test_a_repository_of_the_packaged_template_follows_its_public_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_process: None, judged: None
):
    """Copier's own settings and the environment's Git do not reach it; the address is answered by a local mirror."""
    template, repo = template_git(tmp_path / "template.git", f"v{__version__}"), tmp_path / "ocp"
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.file://{template}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(facts("template")["url"]))
    (tmp_path / "copier.yml").write_text("defaults: {ci: gitlab}\n")
    monkeypatch.setenv("COPIER_SETTINGS_PATH", str(tmp_path / "copier.yml"))
    assert run("new", repo, "--defaults", "--data", "ci=both", "--data", "cluster_network=10.200.0.0/14").code == 0
    edit(repo / "install-config.yaml", "10.200.0.0/14", "10.204.0.0/14")
    edit(repo / "cluster.yaml", "daily: 7", "daily: 9")
    commit(repo)
    (template / "template" / ".editorconfig").unlink()
    edit(template / "copier.yml", "default: encap", "default: noEncap")
    with (template / "template" / "README.md.jinja").open("a") as stream:
        stream.write("Newer.\n")
    commit(template, "v99.0.0")
    done = run("update", cwd=repo)
    assert done.code == 0, done.err
    assert git(repo, "diff", "--name-only").split() == [
        ".copier-answers.yml",
        ".editorconfig",
        "README.md",
        "firewall/README.md",
        "firewall/rules.csv",
    ]
    answers = yaml.safe_load((repo / ".copier-answers.yml").read_text())
    assert (answers["_src_path"], answers["_commit"]) == (facts("template")["url"], "v99.0.0")
    assert (answers["cluster_network"], answers["ci"]) == ("10.204.0.0/14", "both")
    assert "No object differs; 3 files differ" in done.out
