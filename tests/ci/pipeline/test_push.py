"""`ci push`: what `render` owns goes to the branch of the pull request, and nothing else goes anywhere."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from antrea_ci import vcs
from antrea_ci.process import Completed
from antrea_ci.process import run as start
from support.http_server import Answer, serve
from support.pipeline import TOKEN
from support.repos import Ran, git, run
from support.small import INSTALL_CONFIG

README = """\
# ocp

<!-- antrea-gitops values: written by `antrea-gitops render`, edits here are lost -->
| Version | 1 |
<!-- antrea-gitops values: end -->

The people's own words.
"""
RENDERED = "rendered/install/one.yaml"
GENERATED = "antrea/overlays/install/generated/kustomization.yaml"
BRANCH = "renovate/kustomize-5.x"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "GITLAB_", "CI_", "ANTREA_GITOPS_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`source`, `origin.git` and `clone` below one folder; nothing may change them."""
    folder = tmp_path_factory.mktemp("pristine")
    source = folder / "source"
    files = {
        "cluster.yaml": "apiVersion: antrea-gitops/v1\nflavour: openshift\n",
        "install-config.yaml": INSTALL_CONFIG,
        "README.md": README,
        RENDERED: "one: 1\n",
        GENERATED: "kind: Component\n",
        "tools.lock.yaml": "tools: {}\n",
    }
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    git(source, "init", "--quiet")
    git(source, "add", "--all")
    git(source, "commit", "--quiet", "--message", "first")
    git(source, "checkout", "--quiet", "-b", BRANCH)
    git(source, "commit", "--quiet", "--allow-empty", "--message", "bot")
    git(folder, "clone", "--quiet", "--bare", "source", "origin.git")
    git(folder, "clone", "--quiet", "--branch", BRANCH, "origin.git", "clone")
    git(folder / "clone", "checkout", "--quiet", "--detach")
    return folder


@pytest.fixture
def clone(pristine: Path, tmp_path: Path) -> Path:
    """A clone at the tip of BRANCH, which `origin` has too; `main` is one commit behind."""
    shutil.copytree(pristine, tmp_path, dirs_exist_ok=True, symlinks=True)
    git(tmp_path / "clone", "remote", "set-url", "origin", str(tmp_path / "origin.git"))
    return tmp_path / "clone"


def push(clone: Path, *more: str, branch: str = BRANCH) -> Ran:
    done = run("ci", "push", "--branch", branch, *more, cwd=clone)
    assert TOKEN not in done.out + done.err
    assert "Traceback" not in done.err
    return done


def tip(clone: Path, branch: str = BRANCH) -> str:
    """What `origin` has."""
    return git(clone.parent / "origin.git", "rev-parse", f"refs/heads/{branch}")


def test_changed_new_and_removed_files_of_render_are_committed_and_pushed(clone: Path) -> None:
    (clone / RENDERED).unlink()
    (clone / "rendered/install/*two.yaml").write_text("two: 2\n")
    (clone / GENERATED).write_text("kind: Component\nx: 1\n")
    (clone / "firewall").mkdir()
    (clone / "firewall/rules.csv").write_text("a,b\n")
    (clone / "README.md").write_text(README.replace("| Version | 1 |", "| Version | 2 |"))
    main, before = tip(clone, "main"), tip(clone)
    done = push(clone, "--message", "-m is no option")
    assert done.code == 0, done.err
    assert tip(clone) in done.out
    changed = git(clone, "show", "--format=%s", "--name-status", tip(clone)).splitlines()
    expected = {
        "-m is no option",
        f"D\t{RENDERED}",
        "A\trendered/install/*two.yaml",
        f"M\t{GENERATED}",
        "A\tfirewall/rules.csv",
        "M\tREADME.md",
    }
    assert set(filter(None, changed)) == expected
    assert git(clone, "rev-parse", f"{tip(clone)}^") == before
    assert tip(clone, "main") == main


def test_the_branch_can_come_from_the_environment(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    monkeypatch.setenv("GITHUB_HEAD_REF", BRANCH)
    before = tip(clone)
    assert run("ci", "push", cwd=clone).code == 0
    assert tip(clone) != before


def test_nothing_to_do_is_said_and_fine(clone: Path) -> None:
    before = tip(clone)
    done = push(clone)
    assert (done.code, tip(clone)) == (0, before)
    assert "nothing to push" in done.out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tools.lock.yaml", "tools: {evil: 1}\n"),
        (".github/workflows/new.yml", "on: push\n"),
        ("antrea/overlays/install/kustomization.yaml", "kind: Kustomization\n"),
        ("renderedx", "x\n"),
        ("README.md", README.replace("own words", "changed words")),
        ("README.md", "# no block\n"),
    ],
)
def test_another_changed_file_refuses_the_whole_push(clone: Path, name: str, text: str) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    (clone / name).parent.mkdir(parents=True, exist_ok=True)
    (clone / name).write_text(text)
    before, head = tip(clone), git(clone, "rev-parse", "HEAD")
    done = push(clone)
    assert done.code == 1
    assert name in done.err
    assert RENDERED not in done.err
    assert (tip(clone), git(clone, "rev-parse", "HEAD")) == (before, head)


def test_another_change_that_is_only_staged_is_not_committed(clone: Path) -> None:
    (clone / "tools.lock.yaml").write_text("tools: {evil: 1}\n")
    git(clone, "add", "--all")
    (clone / RENDERED).write_text("one: 2\n")
    assert push(clone).code == 1


@pytest.mark.parametrize(
    "branch",
    [
        "--force",
        "-d",
        "a:main",
        "refs/pull/1/merge",
        "a b",
        "a..b",
        "",
        "x\x00y",
        "a\nb",
        "refs/heads/",
        "@{-1}",
    ],
)
def test_a_name_that_is_no_branch_is_wrong_usage(clone: Path, branch: str) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    before = git(clone.parent / "origin.git", "show-ref")
    done = run("ci", "push", f"--branch={branch}", cwd=clone)
    assert done.code == 2
    assert git(clone.parent / "origin.git", "show-ref") == before


@pytest.mark.parametrize("variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_DEFAULT_BRANCH"])
def test_the_branch_that_pull_requests_go_to_is_refused(
    clone: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A pull request from a fork can come from a branch that is called as ours."""
    (clone / RENDERED).write_text("one: 2\n")
    monkeypatch.setenv(variable, "main")
    done = push(clone, branch="refs/heads/main")
    assert done.code == 2
    assert '"main"' in done.err


def test_a_branch_that_moved_is_told_with_a_fix(clone: Path) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    git(clone.parent / "source", "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
    git(clone.parent / "source", "push", "--quiet", str(clone.parent / "origin.git"), BRANCH)
    before = tip(clone)
    done = push(clone)
    assert done.code == 1
    assert "fix: " in done.err
    assert before[:12] in done.err
    assert tip(clone) == before


def test_somebody_who_pushes_at_the_same_moment_wins(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clone / RENDERED).write_text("one: 2\n")

    def late(command: Sequence[str], **options: object) -> Completed:
        if "push" in command:
            git(clone.parent / "source", "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
            git(clone.parent / "source", "push", "--quiet", str(clone.parent / "origin.git"), BRANCH)
        return start(command, **options)

    monkeypatch.setattr(vcs, "run", late)
    done = push(clone)
    assert done.code == 1
    assert "somebody pushed to it meanwhile" in done.err


def test_the_merge_that_a_host_makes_of_a_pull_request_is_not_pushed(clone: Path) -> None:
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "merge")
    (clone / RENDERED).write_text("one: 2\n")
    before = tip(clone)
    done = push(clone)
    assert done.code == 1
    assert "not the merge with its target" in done.err
    assert tip(clone) == before


def test_a_branch_that_origin_does_not_have_is_not_made(clone: Path) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    assert "origin has no branch other" in push(clone, branch="other").err


@pytest.mark.parametrize(
    ("variables", "user"),
    [
        (lambda url: {"GITHUB_TOKEN": TOKEN, "GITHUB_SERVER_URL": url}, "x-access-token"),
        (lambda url: {"ANTREA_GITOPS_GITLAB_TOKEN": TOKEN, "CI_SERVER_URL": url}, "oauth2"),
    ],
    ids=["github", "gitlab"],
)
def test_the_token_goes_to_its_host_in_a_header_and_into_no_argument(
    clone: Path, monkeypatch: pytest.MonkeyPatch, variables: Callable[[str], dict[str, str]], user: str
) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    commands: list[str] = []

    def watched(command: Sequence[str], **options: object) -> Completed:
        commands.append(" ".join(command))
        return start(command, **options)

    monkeypatch.setattr(vcs, "run", watched)
    target = "/acme/ocp.git/info/refs?service=git-upload-pack"
    with serve({target: Answer(status=403)}) as server:
        host = server.url.removeprefix("http://")
        git(clone, "remote", "set-url", "origin", f"http://gitlab-ci-token:job-pass@{host}/acme/ocp.git")
        git(clone, "config", f"http.{server.url}/.extraheader", "Authorization: basic left-by-a-checkout")
        for name, value in variables(server.url).items():
            monkeypatch.setenv(name, value)
        done = push(clone)
        assert server.headers[0]["Authorization"] == "Basic " + base64.b64encode(f"{user}:{TOKEN}".encode()).decode()
    assert done.code == 1
    assert "403" in done.err
    assert "contents: write" in done.err
    assert "job-pass" not in done.err
    encoded = base64.b64encode(f"{user}:{TOKEN}".encode()).decode()
    assert encoded not in done.err
    assert not [one for one in commands if TOKEN in one or encoded in one or "job-pass" in one]


def test_another_host_does_not_get_the_token(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (clone / RENDERED).write_text("one: 2\n")
    with serve({}) as server:
        git(clone, "remote", "set-url", "origin", f"{server.url}/acme/ocp.git")
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.example.com")
        assert push(clone).code == 1
        assert server.asked
        assert not [headers for headers in server.headers if "Authorization" in headers]
