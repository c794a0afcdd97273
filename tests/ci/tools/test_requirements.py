"""`tools lock` and requirements.txt: every file of every package has its checksum, or nothing is written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.tools.package_index import Sources, sources
from antrea_ci.tools.requirements import locked_requirements
from antrea_ci.tools.requirements_file import Entry, entries
from antrea_generator.cli import main
from support.http_server import Answer, Server, closed_port, serve
from support.package_index import Wheel, index

HEAD = "# The tool of this repository, for pipelines.\n"
TOOL = Wheel("antrea-gitops", "0.1.0", ("one>=1", 'elsewhere>=2; python_version < "3.12" and sys_platform == "darwin"'))
ELSEWHERE = Wheel("elsewhere", "2.1", ('never; sys_platform == "win32"', 'unasked; extra == "more"'))
ONE, ONE_ON_A_MAC = Wheel("one", "1.5"), Wheel("one", "1.5", tag="cp313-cp313-macosx_11_0_arm64")
WHEELS = (TOOL, ELSEWHERE, ONE, ONE_ON_A_MAC, Wheel("one", "1.4"), Wheel("antrea-gitops", "0.2.0"))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "cluster.yaml").write_text("flavour: kubernetes\n")
    (folder / "requirements.txt").write_text(f"{HEAD}antrea-gitops==0.1.0\n")
    return folder


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer]) -> Generator[Server]:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    with serve(answers) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        yield server


def expected(*wheels: Wheel) -> str:
    """The file that names these wheels, several of one package under one name."""
    text = HEAD
    for name in dict.fromkeys(wheel.name for wheel in wheels):
        files = [wheel for wheel in wheels if wheel.name == name]
        sums = sorted(f"--hash=sha256:{wheel.digest}" for wheel in files)
        text += " \\\n    ".join([f"{name}=={files[0].version}", *sums]) + "\n"
    return text


def test_every_file_for_any_system_has_its_checksum_and_no_address_is_written(
    monkeypatch: pytest.MonkeyPatch, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(monkeypatch, index(WHEELS)):
        assert main(["-C", str(repo), "tools", "lock", "--only-requirements"]) == 0
    assert [path.name for path in sorted(repo.iterdir())] == ["cluster.yaml", "requirements.txt"]
    assert (repo / "requirements.txt").read_text() == expected(TOOL, ELSEWHERE, ONE, ONE_ON_A_MAC)
    assert "requirements.txt: 3 packages, all with checksums" in capsys.readouterr().out


def test_an_index_without_checksums_is_read_to_count_them(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, index(WHEELS, hashes=False)):
        text = locked_requirements(f"{HEAD}antrea-gitops==0.1.0\n")
    assert text == expected(TOOL, ELSEWHERE, ONE, ONE_ON_A_MAC)


def test_locking_again_changes_nothing_and_another_version_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, index(WHEELS)):
        text = locked_requirements(f"{HEAD}antrea-gitops==0.1.0\n")
        assert locked_requirements(text) == text
        assert locked_requirements(text, "0.2.0") == expected(WHEELS[-1])


def test_a_folder_of_wheels_serves_without_an_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for wheel in WHEELS:
        (tmp_path / wheel.file).write_bytes(wheel.data)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert locked_requirements(f"{HEAD}antrea-gitops==0.1.0\n") == expected(TOOL, ELSEWHERE, ONE, ONE_ON_A_MAC)


def test_pip_takes_the_file_and_refuses_a_package_that_was_exchanged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "requirements.txt"
    answers = dict(index(WHEELS))
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--requirement",
        str(file),
        "--target",
    ]
    with served(monkeypatch, answers):
        file.write_text(locked_requirements("antrea-gitops==0.1.0\n"))
        assert subprocess.run([*pip, str(tmp_path / "whole")], check=False).returncode == 0
    exchanged = Wheel("one", "1.5", ("evil",))
    answers |= index([exchanged])
    with served(monkeypatch, answers):
        refused = subprocess.run([*pip, str(tmp_path / "not")], check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    assert f"Got        {exchanged.digest}" in refused.stderr


def test_a_package_of_somebody_is_not_lost_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, index(WHEELS)), pytest.raises(UsageError, match=r"requirements.txt:2: theirs is nothing"):
        locked_requirements("antrea-gitops==0.1.0\ntheirs==1\n")


def test_an_option_of_pip_is_not_lost_in_silence() -> None:
    with pytest.raises(UsageError, match=r"requirements.txt:1: `--index-url` is an option of pip") as refused:
        locked_requirements("--index-url https://me:word@example.com/simple\nantrea-gitops==0.1.0\n")
    assert "word" not in str(refused.value)


@pytest.mark.parametrize("fault", ["no such version", "no server", "no page"])
def test_whatever_fails_nothing_is_written_and_the_way_out_is_named(
    fault: str, monkeypatch: pytest.MonkeyPatch, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with served(monkeypatch, {} if fault == "no page" else index(WHEELS)):
        if fault == "no server":
            monkeypatch.setenv("PIP_INDEX_URL", closed_port())
            monkeypatch.setenv("PIP_RETRIES", "0")
        version = ["--tool-version", "9.9.9"] if fault == "no such version" else []
        assert main(["-C", str(repo), "tools", "lock", *version]) == 1
    assert [path.name for path in sorted(repo.iterdir())] == ["cluster.yaml", "requirements.txt"]
    assert (repo / "requirements.txt").read_text() == f"{HEAD}antrea-gitops==0.1.0\n"
    message = capsys.readouterr().err
    assert "pip does not find antrea-gitops==" in message
    assert "PIP_INDEX_URL" in message
    assert "--no-requirements" in message


def test_a_page_without_the_file_that_pip_takes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, index([Wheel("antrea-gitops", "0.1.0")])) as server:
        monkeypatch.setattr("antrea_ci.tools.package_index.sources", lambda _: Sources((f"{server.url}/other",), ()))
        with pytest.raises(AntreaGitopsError, match=r"no checksum for the file of antrea-gitops 0\.1\.0"):
            locked_requirements("antrea-gitops==0.1.0\n")


def test_the_command_leaves_the_file_alone_where_told(monkeypatch: pytest.MonkeyPatch, repo: Path) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", closed_port())
    assert main(["-C", str(repo), "tools", "lock", "--no-requirements"]) == 0
    assert main(["-C", str(repo), "tools", "lock", "--no-requirements", "--tool-version", "1.0"]) == 2
    assert main(["-C", str(repo), "tools", "lock", "--only-requirements", "--kustomize-version", "v5.4.3"]) == 2
    assert (repo / "requirements.txt").read_text() == f"{HEAD}antrea-gitops==0.1.0\n"


def test_entries_know_what_is_exact_what_has_a_checksum_and_where() -> None:
    text = f"{HEAD}--prefer-binary\nA_b.c == 1.0 \\\n  --hash=sha256:00 # why\nd>=1; python_version < '3'\ne[x]==2.*\n"
    assert entries(text) == [
        Entry("a-b-c", "1.0", hashed=True, line=3),
        Entry("d", "", hashed=False, line=5),
        Entry("e", "", hashed=False, line=6),
    ]


def test_pips_sections_override_each_other_as_pip_does_it() -> None:
    config = """\
:env:.find-links='/wheels https://example.com/page'
global.extra-index-url='\\nhttps://a.example.com/simple\\nhttps://b.example.com/simple'
global.index-url='https://global.example.com/simple'
install.index-url='https://install.example.com/simple'
"""
    further = ("https://a.example.com/simple", "https://b.example.com/simple")
    links = ("/wheels", "https://example.com/page")
    assert sources(config) == Sources(("https://install.example.com/simple", *further), links)
    assert sources(f"{config}:env:.no-index='1'\n") == Sources((), links)
    assert sources("") == Sources(("https://pypi.org/simple",), ())
