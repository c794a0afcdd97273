"""The release archive: used only if it is the locked one, and all or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from antrea_ci.errors import MissingRequirementError
from antrea_ci.tools import cache, download
from antrea_ci.tools.catalogue import platform
from antrea_ci.tools.find import kustomize_path
from antrea_ci.tools.install import ChecksumError
from antrea_ci.tools.lock import ToolsLock
from support.http_server import Answer, closed_port, serve
from support.machine import archive, archive_path, executables, kustomize_lock, script, sha256

GOOD = archive("kustomize")


def refused(lock: ToolsLock, error: type[Exception] = MissingRequirementError) -> str:
    """The message of an installation that fails; checks that it left nothing to run, nor a staging folder."""
    with pytest.raises(error) as raised:
        kustomize_path(lock)
    assert executables(cache.folder()) == []
    assert [path.name for path in (cache.folder() / "kustomize").iterdir()] == [".lock"]
    return str(raised.value)


def test_a_good_archive_is_kept_and_found_again_without_network(capfd: pytest.CaptureFixture[str]) -> None:
    with serve({archive_path(): Answer(GOOD)}) as server:
        lock = kustomize_lock(server.url, GOOD)
        program = kustomize_path(lock)
    assert program == cache.folder() / "kustomize" / "v5.8.1" / "kustomize"
    assert subprocess.check_output([program]) == b"v5.8.1\n"
    assert kustomize_path(lock) == program
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("fetching kustomize v5.8.1 from http://127.0.0.1:")


def test_a_wrong_checksum_is_refused_and_ends_the_search(programs: Path) -> None:
    script(programs, "go", "echo must not be called >&2; exit 9")
    evil = archive("kustomize", b"#!/bin/sh\necho evil\n")
    with serve({archive_path(): Answer(evil)}) as server:
        said = refused(kustomize_lock(server.url, GOOD, go=True), ChecksumError)
    assert f"expected sha256 {sha256(GOOD)}" in said
    assert f"got      sha256 {sha256(evil)}" in said


def test_the_page_of_a_login_portal_is_refused_and_named() -> None:
    with serve({archive_path(): Answer(b"\n<!DOCTYPE html><title>Sign in</title>")}) as server:
        assert "web page" in refused(kustomize_lock(server.url, GOOD), ChecksumError)


def test_a_truncated_body_is_told_apart_from_a_wrong_one() -> None:
    cut = Answer(GOOD[:-20], announced=len(GOOD))
    with serve({archive_path(): cut}) as server:
        assert f"ended after {len(GOOD) - 20} of {len(GOOD)} bytes" in refused(kustomize_lock(server.url, GOOD))


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (500, "500 Internal Server Error")])
def test_an_error_of_the_server_is_told(status: int, words: str) -> None:
    with serve({archive_path(): Answer(status=status)}) as server:
        said = refused(kustomize_lock(server.url, GOOD))
    assert words in said
    assert "PATH has no kustomize" in said


def test_no_network_names_every_way() -> None:
    with pytest.raises(MissingRequirementError) as raised:
        kustomize_path(kustomize_lock(closed_port(), GOOD, go=True))
    assert "Connection refused" in raised.value.message
    assert "Go is not installed" in raised.value.message
    for way in ("into PATH", "ANTREA_GITOPS_MIRROR", "install Go"):
        assert way in raised.value.fix


def test_an_archive_over_the_size_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    big = Answer(b"x", announced=65 << 20)
    with serve({archive_path(): big}) as server:
        assert "larger than 64 MiB" in refused(kustomize_lock(server.url, GOOD))


def test_an_archive_without_the_program_is_refused() -> None:
    other = archive("something-else")
    with serve({archive_path(): Answer(other)}) as server:
        assert "holds no file kustomize" in refused(kustomize_lock(server.url, other))


def test_a_body_that_is_no_archive_is_refused_even_with_its_checksum() -> None:
    with serve({archive_path(): Answer(b"plain")}) as server:
        assert "cannot be unpacked" in refused(kustomize_lock(server.url, b"plain"))


def test_without_a_checksum_nothing_is_fetched() -> None:
    with serve({archive_path(): Answer(GOOD)}) as server:
        assert "antrea-gitops tools lock" in refused(kustomize_lock(server.url, None))
        assert server.asked == []


def test_a_kept_program_of_another_archive_is_replaced() -> None:
    newer = archive("kustomize", b"#!/bin/sh\necho rebuilt\n")
    with serve({archive_path(): Answer(GOOD)}) as server:
        kustomize_path(kustomize_lock(server.url, GOOD))
    with serve({archive_path(): Answer(newer)}) as server:
        program = kustomize_path(kustomize_lock(server.url, newer))
    assert subprocess.check_output([program]) == b"rebuilt\n"


def test_two_runs_at_once_both_get_a_whole_program(tmp_path: Path) -> None:
    code = """
import sys
from support.machine import kustomize_lock
from antrea_ci.tools.find import kustomize_path
from antrea_ci.tools.lock import ToolsLock
print(kustomize_path(kustomize_lock(sys.argv[1], open(sys.argv[2], "rb").read())))
"""
    (tmp_path / "archive").write_bytes(GOOD)
    path = ":".join(entry for entry in sys.path if entry)
    with serve({archive_path(): Answer(GOOD)}) as server:
        command = [sys.executable, "-c", code, server.url, str(tmp_path / "archive")]
        environment = {"PYTHONPATH": path, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": ""}
        runs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        outputs = [run.communicate(timeout=60)[0].strip() for run in runs]
        assert server.asked == [archive_path()]
    assert {run.returncode for run in runs} == {0}
    assert len(set(outputs)) == 1
    assert subprocess.check_output([outputs[0]]) == b"v5.8.1\n"


def test_a_cache_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(MissingRequirementError) as raised:
        kustomize_path(kustomize_lock(closed_port(), GOOD))
    assert "XDG_CACHE_HOME" in raised.value.fix


def test_go_builds_where_the_archive_is_out_of_reach(programs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script(
        programs,
        "go",
        'echo "$1 $2" > "$GOBIN/../asked"; printf "#!/bin/sh\\necho v5.8.1\\n" > "$GOBIN/kustomize"\n'
        '/bin/chmod +x "$GOBIN/kustomize"; echo "$1 $2" >&2',
    )
    program = kustomize_path(kustomize_lock(closed_port(), GOOD, go=True))
    assert subprocess.check_output([program]) == b"v5.8.1\n"
    assert "building kustomize v5.8.1 with go install" in capfd.readouterr().err
    assert cache.lookup(kustomize_lock("https://example.com", GOOD).tool("kustomize")) == program


def test_go_building_another_version_is_refused(programs: Path) -> None:
    body = 'printf "#!/bin/sh\\necho v0.0.1\\n" > "$GOBIN/kustomize"; /bin/chmod +x "$GOBIN/kustomize"'
    script(programs, "go", body)
    assert "made version v0.0.1" in refused(kustomize_lock(closed_port(), GOOD, go=True))


def test_what_a_failing_go_wrote_is_told(programs: Path) -> None:
    script(programs, "go", 'echo "proxy.golang.org: no such host" >&2; exit 1')
    assert "proxy.golang.org: no such host" in refused(kustomize_lock(closed_port(), GOOD, go=True))


def test_the_mirror_variable_takes_the_place_of_scheme_and_host(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve({"/tools/github.com/deep" + archive_path(): Answer(GOOD)}) as server:
        monkeypatch.setenv(download.MIRROR, f"{server.url}/tools/{{host}}/")
        kustomize_path(kustomize_lock("https://github.com/deep", GOOD))
        assert len(server.asked) == 1


def test_a_program_for_another_platform_in_a_shared_home_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve({archive_path(): Answer(GOOD)}) as server:
        lock = kustomize_lock(server.url, GOOD)
        kustomize_path(lock)
    assert platform() != "plan9_mips"
    monkeypatch.setattr(cache, "platform", lambda: "plan9_mips")
    assert cache.lookup(lock.tool("kustomize")) is None
