"""Secrets in the files of a repository, and in the commits that a push would send."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antrea_ci.files import read_names
from antrea_ci.findings import Finding
from antrea_ci.secret_scan import repository
from antrea_ci.vcs import worktree_files
from support.plants import FORMS, PLANTS, Chance
from support.repos import ROOT, copy_template, git

SECRET = PLANTS["github"][1](Chance(1))
OTHER = PLANTS["age"][1](Chance(1))
ANSWERS = ROOT / "docs/examples/article.answers.yml"


def findings(root: Path) -> list[Finding]:
    names = worktree_files(root)
    return list(repository.findings(root, read_names(root) if names is None else names))


def told(root: Path) -> list[tuple[str, str]]:
    return [(finding.rule.removeprefix("secrets/"), str(finding.location)) for finding in findings(root)]


def commit(root: Path, **files: str | None) -> str:
    """Commits these files (name to text; None removes); returns the commit."""
    for name, text in files.items():
        if text is None:
            (root / name).unlink()
        else:
            (root / name).write_text(text)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "change")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "ocp"
    root.mkdir()
    git(root, "init", "--quiet")
    commit(root, first="text\n")
    return root


@pytest.fixture
def published(repo: Path, tmp_path: Path) -> Path:
    """The same with everything pushed."""
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(repo, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(repo, "push", "--quiet", "--set-upstream", "origin", "HEAD")
    return repo


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_template(tmp_path_factory.mktemp("valid") / "ocp", **yaml.safe_load(ANSWERS.read_text()))


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_generated_repository_is_clean(valid: Path):
    assert told(valid) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_secret_anywhere_in_a_valid_repository_is_found(data: st.DataObject, valid: Path):
    name = data.draw(st.sampled_from(read_names(valid)))
    plant, form = data.draw(st.sampled_from(sorted(PLANTS))), data.draw(st.sampled_from(sorted(FORMS)))
    rule, make = PLANTS[plant]
    path = valid / name
    before = path.read_bytes()
    lines = before.decode().split("\n")
    at = data.draw(st.integers(0, len(lines)))
    lines[at:at] = FORMS[form](make(Chance(data.draw(st.integers(0))))).split("\n")
    try:
        path.write_text("\n".join(lines))
        assert (rule, name) in {(found, place.split(":")[0]) for found, place in told(valid)}
    finally:
        path.write_bytes(before)


def test_place_and_kind_are_told_and_nothing_of_the_secret(repo: Path):
    (repo / "notes.yaml").write_text(f"a: b\ntokens: [{SECRET}]\n")
    (finding,) = findings(repo)
    assert str(finding.location) == "notes.yaml:2:10"
    assert finding.message == "this is a token of GitHub"


def test_files_that_git_ignores_are_not_searched(repo: Path):
    commit(repo, **{".gitignore": "*.key\n"})
    (repo / "a.key").write_text(SECRET)
    assert told(repo) == []
    git(repo, "add", "--force", "a.key")
    assert told(repo) == [("token", "a.key:1:1")]


def test_without_git_every_file_is_searched(tmp_path: Path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.txt").write_text(f"x {SECRET}\n")
    assert told(tmp_path) == [("token", "sub/a.txt:1:3")]


def test_a_link_is_not_followed(repo: Path, tmp_path: Path):
    (tmp_path / "outside").write_text(SECRET)
    (repo / "link").symlink_to(tmp_path / "outside")
    (repo / "nowhere").symlink_to("gone")
    assert told(repo) == []


def test_a_file_that_cannot_be_read_is_a_warning(repo: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (finding,) = findings(repo)
    assert (finding.rule, finding.is_error, str(finding.location)) == ("secrets/not-searched", False, "first")


@pytest.mark.parametrize("offset", [0, 4 * 1024 * 1024 - 20, 5 * 1024 * 1024])
def test_a_large_file_is_searched_piece_by_piece(offset: int, repo: Path):
    line = b"x" * 99 + b"\n"
    text = line * (offset // 100)
    (repo / "large.txt").write_bytes(text + b"y " + SECRET.encode() + b"\n" + line * 30_000)
    assert told(repo) == [("token", f"large.txt:{offset // 100 + 1}:3")]


def test_a_huge_file_is_a_warning(repo: Path):
    with (repo / "huge.img").open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    (finding,) = findings(repo)
    assert (finding.rule, finding.is_error) == ("secrets/not-searched", False)


# --- Commits ----------------------------------------------------------------------------------------------------------


def test_a_secret_that_was_committed_and_removed_is_found_with_its_commit(repo: Path):
    guilty = commit(repo, secret=f"a\nb {SECRET}\n")
    commit(repo, secret="a\n")
    (finding,) = findings(repo)
    assert (finding.rule, str(finding.location)) == ("secrets/token", "secret:2:3")
    assert guilty[:12] in finding.message
    assert "history" in finding.fix


def test_a_file_that_is_gone_from_the_tree_is_found(repo: Path):
    commit(repo, secret=SECRET)
    commit(repo, secret=None)
    assert told(repo) == [("token", "secret:1:1")]


def test_what_is_in_the_tree_and_in_a_commit_is_told_once(repo: Path):
    commit(repo, secret=SECRET + "\n")
    commit(repo, secret=SECRET + "\nmore\n")
    assert told(repo) == [("token", "secret:1:1")]


def test_what_the_upstream_has_is_not_told(published: Path, tmp_path: Path):
    commit(published, secret=SECRET)
    commit(published, secret=None)
    assert told(published) == [("token", "secret:1:1")]
    git(published, "push", "--quiet")
    assert told(published) == []


def test_a_new_branch_is_compared_with_what_any_remote_has(published: Path):
    commit(published, secret=SECRET)
    commit(published, secret=None)
    git(published, "push", "--quiet")
    git(published, "checkout", "--quiet", "-b", "topic")
    commit(published, other=OTHER)
    commit(published, other=None)
    assert told(published) == [("age-identity", "other:1:1")]


def test_in_a_hook_the_commits_that_it_names_count(published: Path, monkeypatch: pytest.MonkeyPatch):
    start = git(published, "rev-parse", "HEAD")
    commit(published, secret=SECRET)
    end = commit(published, secret=None)
    commit(published, other=OTHER)
    commit(published, other=None)
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", start)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", end)
    assert told(published) == [("token", "secret:1:1")]
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "0" * 40)
    assert told(published) == [("token", "secret:1:1")]


def test_what_only_a_merge_brought_is_found(repo: Path):
    git(repo, "checkout", "--quiet", "-b", "topic")
    commit(repo, a="a\n")
    git(repo, "checkout", "--quiet", "-")
    commit(repo, b="b\n")
    git(repo, "merge", "--quiet", "--no-commit", "topic")
    commit(repo, a=f"a {SECRET}\n")
    commit(repo, a="a\n")
    assert told(repo) == [("token", "a:1:3")]


def test_a_repository_below_the_top_sees_its_own_files_only(repo: Path):
    for name in ("one", "two"):
        (repo / name).mkdir()
        commit(repo, **{f"{name}/secret": SECRET})
        commit(repo, **{f"{name}/secret": ""})
    assert told(repo / "two") == [("token", "secret:1:1")]


@pytest.mark.parametrize("name", ["with blank", "ümlaut", "a\tb", "-dash", ":colon"])
def test_any_name_of_a_file_is_found_in_a_commit(name: str, repo: Path):
    commit(repo, **{name: SECRET})
    commit(repo, **{name: None})
    assert told(repo) == [("token", f"{name}:1:1")]


def test_a_repository_without_a_commit_is_searched(tmp_path: Path):
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a").write_text(SECRET)
    assert told(tmp_path) == [("token", "a:1:1")]


def test_a_large_content_of_a_commit_is_a_warning(repo: Path):
    commit(repo, large="x" * (5 * 1024 * 1024))
    commit(repo, large=None)
    (finding,) = findings(repo)
    assert (finding.rule, finding.is_error) == ("secrets/not-searched", False)
