"""`tools` and `doctor` as commands: outputs, exit codes, help."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from antrea_ci.tools import download
from antrea_ci.tools.catalogue import platform
from antrea_ci.tools.lock import lock_text, read_lock
from antrea_generator.cli import _VERBS, main
from support.http_server import Answer, closed_port, serve
from support.machine import archive, archive_path, isolate, script, sha256

OLD = "v5.4.3"
PROGRAM = archive("kustomize", b"#!/bin/sh\necho v5.4.3\n")
INSTALLER = archive("openshift-install", b"#!/bin/sh\necho openshift-install 4.12.45\n")


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    return isolate(monkeypatch, tmp_path)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository that locks an old kustomize (its checksum is PROGRAM's) and OpenShift without checksums."""
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "cluster.yaml").write_text("flavour: openshift\n")
    text = lock_text("4.12.45", kustomize_version=OLD)
    locked = text.replace("sha256: {}", f"sha256:\n      {platform()}: {sha256(PROGRAM)}", 1)
    (folder / "tools.lock.yaml").write_text(locked)
    return folder


def mirror(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(download.MIRROR, url)


def kustomize_path() -> str:
    return f"/kubernetes-sigs/kustomize/releases/download/kustomize%2F{OLD}{archive_path(version=OLD)}"


def test_install_fetches_and_says_where(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve({kustomize_path(): Answer(PROGRAM)}) as server:
        mirror(monkeypatch, server.url)
        assert main(["-C", str(repo), "tools", "install", "kustomize"]) == 0
    name, path = capsys.readouterr().out.strip().split(": ")
    assert name == f"kustomize {OLD}"
    assert subprocess.check_output([path]) == b"v5.4.3\n"


def test_install_goes_on_after_a_program_without_a_checksum(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve({kustomize_path(): Answer(PROGRAM)}) as server:
        mirror(monkeypatch, server.url)
        assert main(["-C", str(repo), "tools", "install"]) == 4
        assert server.asked == [kustomize_path()]
    out, err = capsys.readouterr()
    assert out.startswith(f"kustomize {OLD}: ")
    for name in ("openshift-install", "oc"):
        assert f"no way to {name} 4.12.45 worked" in err
    assert "antrea-gitops tools lock" in err


def test_install_with_a_wrong_checksum_exits_with_1(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve({kustomize_path(): Answer(INSTALLER)}) as server:
        mirror(monkeypatch, server.url)
        assert main(["-C", str(repo), "tools", "install", "kustomize"]) == 1
    assert "is not the archive that is locked for kustomize" in capsys.readouterr().err


def test_install_without_network_exits_with_4(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror(monkeypatch, closed_port())
    assert main(["-C", str(repo), "tools", "install", "kustomize"]) == 4


def test_render_can_be_kept_from_fetching_what_only_the_repository_vouches_for(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pull request brings tools.lock.yaml, with an address and the checksum of what is there."""
    with serve({kustomize_path(): Answer(PROGRAM)}) as server:
        mirror(monkeypatch, server.url)
        assert main(["-C", str(repo), "render", "--no-download"]) == 4
        assert server.asked == []
    assert f"kustomize {OLD} is not here" in capsys.readouterr().err


def test_install_of_an_unknown_name_is_a_usage_error(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(repo), "tools", "install", "openshift-instal"]) == 2
    assert "did you mean openshift-install?" in capsys.readouterr().err


def test_install_takes_what_lock_wrote(repo: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pysequoia import SignatureMode, Tsk, sign

    key = Tsk.generate("Release <release@example.com>")
    (tmp_path / "key.asc").write_bytes(bytes(key.extract_certificate()))
    folder = "/pub/openshift-v4/clients/ocp/4.12.45"
    names = [archive_path(name, "4.12.45").lstrip("/") for name in ("openshift-install", "oc")]
    sums = "".join(f"{sha256(INSTALLER)}  {name}\n" for name in names).encode()
    answers = {
        f"{folder}/sha256sum.txt": Answer(sums),
        f"{folder}/sha256sum.txt.gpg": Answer(sign(key.signer(), sums, mode=SignatureMode.DETACHED)),
        f"{folder}/{names[0]}": Answer(INSTALLER),
    }
    with serve(answers) as server:
        mirror(monkeypatch, server.url)
        lock = ["-C", str(repo), "tools", "lock", "--key", str(tmp_path / "key.asc"), "--kustomize-version", "v5.8.1"]
        assert main(lock) == 0
        assert main(["-C", str(repo), "tools", "install", "openshift-install"]) == 0
    assert read_lock(repo / "tools.lock.yaml").tools["kustomize"].version == "v5.8.1"


def test_lock_with_the_shipped_key_refuses_a_foreign_signature(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (repo / "tools.lock.yaml").read_bytes()
    folder = "/pub/openshift-v4/clients/ocp/4.12.45"
    with serve({f"{folder}/sha256sum.txt": Answer(b""), f"{folder}/sha256sum.txt.gpg": Answer(b"x")}) as server:
        mirror(monkeypatch, server.url)
        assert main(["-C", str(repo), "tools", "lock", "--kustomize-version", "v5.8.1"]) == 1
    assert "is not a valid one of 567e347a" in capsys.readouterr().err
    assert (repo / "tools.lock.yaml").read_bytes() == before


def test_lock_outside_of_a_repository_is_a_usage_error(tmp_path: Path) -> None:
    assert main(["-C", str(tmp_path), "tools", "lock"]) == 2


def test_list_as_json(repo: Path, programs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = script(programs, "oc", "echo Client Version: 4.13.1")
    assert main(["-C", str(repo), "tools", "list", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = {row["name"]: row for row in json.loads(out)["tools"]}
    assert rows["kustomize"] == {
        "name": "kustomize",
        "version": OLD,
        "origin": "",
        "path": "",
        "found": "",
        "usable": False,
        "checksum": True,
    }
    assert (rows["oc"]["path"], rows["oc"]["found"], rows["oc"]["usable"]) == (str(path), "4.13.1", False)
    assert rows["openshift-install"]["checksum"] is False


def test_list_as_text_outside_of_a_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "tools", "list"]) == 0
    assert capsys.readouterr().out == "kustomize v5.8.1: not found; checksum known\n"


def test_doctor_exits_with_4_where_the_core_cannot_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "doctor"]) == 4
    out = capsys.readouterr().out
    assert "fix: antrea-gitops tools install kustomize" in out
    assert "cannot run: new, update, render, check, diff" in out


def test_doctor_knows_what_each_verb_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(tmp_path), "doctor", "--format", "json"])
    told = {row["verb"] for row in json.loads(capsys.readouterr().out)["verbs"]}
    assert told == set(_VERBS) - {"doctor"}


def test_doctor_exits_with_0_where_it_can(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script(programs, "kustomize", "echo v5.8.1")
    script(programs, "git", "echo somebody")
    assert main(["-C", str(tmp_path), "doctor", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["core_ready"] is True
    assert {verb["verb"] for verb in answer["verbs"] if verb["core"]} == {"new", "render", "check", "diff"}


@pytest.mark.parametrize("verb", [["tools"], ["tools", "install"], ["tools", "list"], ["tools", "lock"], ["doctor"]])
def test_help_has_an_example(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*verb, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Example" in out
    assert f"antrea-gitops {verb[0]}" in out or f"antrea-gitops -C clusters/ocp {verb[0]}" in out
    assert os.environ["HOME"] not in out
