"""Which kustomize is taken: kept ones first, PATH only at the locked version."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from antrea_ci import process
from antrea_ci.errors import MissingRequirementError
from antrea_ci.tools import cache, find
from antrea_ci.tools.find import ask_version, ensure_tool, kustomize_path, on_path
from support.http_server import Answer, closed_port, serve
from support.machine import archive, archive_path, kustomize_lock, script

LOCK = kustomize_lock("https://example.com", None)


def test_path_is_taken_at_the_locked_version(programs: Path) -> None:
    program = script(programs, "kustomize", "echo v5.8.1")
    assert kustomize_path(LOCK) == program


def test_path_at_another_version_is_passed_over_and_named(programs: Path) -> None:
    script(programs, "kustomize", "echo v5.4.3")
    with pytest.raises(MissingRequirementError, match=r"is version v5\.4\.3, not v5\.8\.1"):
        kustomize_path(LOCK)


def test_a_program_that_tells_no_version_is_passed_over(programs: Path) -> None:
    script(programs, "kustomize", "exit 3")
    with pytest.raises(MissingRequirementError, match="does not tell its version"):
        kustomize_path(LOCK)


def test_a_wrong_one_on_path_gives_way_to_the_archive(programs: Path) -> None:
    script(programs, "kustomize", "echo v5.4.3")
    data = archive("kustomize")
    with serve({archive_path(): Answer(data)}) as server:
        assert kustomize_path(kustomize_lock(server.url, data)).is_relative_to(cache.folder())


def test_nothing_is_installed_where_that_is_not_allowed() -> None:
    data = archive("kustomize")
    with serve({archive_path(): Answer(data)}) as server:
        with pytest.raises(MissingRequirementError) as raised:
            kustomize_path(kustomize_lock(server.url, data), allow_install=False)
        assert server.asked == []
    assert raised.value.fix == "antrea-gitops tools install kustomize"
    assert raised.value.exit_code == 4


def test_a_kept_program_is_found_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive("kustomize")
    with serve({archive_path(): Answer(data)}) as server:
        lock = kustomize_lock(server.url, data)
        kustomize_path(lock)
    monkeypatch.setattr(process, "run", lambda *_, **__: pytest.fail("a process was started"))
    assert kustomize_path(lock).name == "kustomize"


def test_the_version_of_a_binary_on_path_is_asked_once(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = programs / "kustomize"
    binary.write_bytes(b"\x7fELF")
    binary.chmod(0o755)
    asked: list[Path] = []

    def answer(_: str, program: Path) -> str:
        asked.append(program)
        return "v5.8.1"

    monkeypatch.setattr(find, "ask_version", answer)
    for _ in range(2):
        find._version_of.cache_clear()
        assert kustomize_path(LOCK) == binary
    assert asked == [binary]
    binary.write_bytes(b"\x7fELF, another one")
    assert kustomize_path(LOCK) == binary
    assert len(asked) == 2


def test_the_answer_of_a_version_managers_shim_is_not_remembered(programs: Path, tmp_path: Path) -> None:
    (programs / "kustomize").symlink_to(script(tmp_path, "mise", "echo v5.8.1"))
    found = on_path("kustomize")
    assert found is not None
    assert found.version == "v5.8.1"
    assert not (cache.folder() / "asked").exists()


def test_an_unwritable_cache_does_not_hinder_path(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    program = script(programs, "kustomize", "echo v5.8.1")
    assert kustomize_path(LOCK) == program


@pytest.mark.parametrize(
    ("name", "answer", "version"),
    [
        ("kustomize", "v5.8.1", "v5.8.1"),
        ("kustomize", "{Version:kustomize/v4.5.7 GitCommit:56d82a8 BuildDate:2022}", "v4.5.7"),
        ("kustomize", "(devel)", ""),
        ("openshift-install", "openshift-install 4.12.45\nbuilt from commit 0e1\nrelease image quay.io/x", "4.12.45"),
        ("oc", "Client Version: 4.12.45\nKustomize Version: v4.5.7", "4.12.45"),
    ],
)
def test_versions_are_read_as_each_program_tells_them(programs: Path, name: str, answer: str, version: str) -> None:
    assert ask_version(name, script(programs, name, f"/bin/cat <<'END'\n{answer}\nEND")) == version


def test_a_program_that_the_lock_does_not_name_is_missing() -> None:
    with pytest.raises(MissingRequirementError, match="names no program openshift-install"):
        ensure_tool("openshift-install", kustomize_lock(closed_port(), None))


def test_a_relative_cache_folder_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache.folder() == tmp_path / "home/.cache/antrea-gitops/tools"


def test_finding_loads_no_network_code() -> None:
    heavy = ("ssl", "tarfile", "urllib.request", "pysequoia", "ruamel.yaml")
    code = f"import sys, antrea_ci.tools.find; print([name for name in {heavy} if name in sys.modules])"
    path = ":".join(entry for entry in sys.path if entry)
    assert process.run([sys.executable, "-c", code], env={"PYTHONPATH": path}).stdout == b"[]\n"
