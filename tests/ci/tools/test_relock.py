"""`tools lock`: checksums come from a verified list or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from pysequoia import SignatureMode, Tsk, sign

from antrea_ci.errors import AntreaGitopsError, FindingsError, UsageError
from antrea_ci.tools import download
from antrea_ci.tools.lock import lock_text, read_lock
from antrea_ci.tools.relock import relock
from antrea_ci.tools.signature import SignatureError
from support.http_server import Answer, closed_port, serve

KEY = Tsk.generate("Release <release@example.com>")
FOLDER = "/pub/openshift-v4/clients/ocp/4.12.45"
NAMES = (
    "openshift-install-linux-4.12.45.tar.gz",
    "openshift-install-mac-4.12.45.tar.gz",
    "openshift-client-linux-4.12.45.tar.gz",
    "openshift-client-linux-arm64-4.12.45.tar.gz",
    "release.txt",
)
SUMS = "".join(f"{number:064x}  {name}\n" for number, name in enumerate(NAMES, 1)).encode()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.asc"
    path.write_bytes(bytes(KEY.extract_certificate()))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tools.lock.yaml"
    path.write_text(lock_text("4.12.45"))
    return path


def release(sums: bytes = SUMS, signature: bytes | None = None) -> dict[str, Answer]:
    made = sign(KEY.signer(), sums, mode=SignatureMode.DETACHED, armor=False) if signature is None else signature
    return {f"{FOLDER}/sha256sum.txt": Answer(sums), f"{FOLDER}/sha256sum.txt.gpg": Answer(made)}


def run(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer], file: Path, key: Path | None) -> list[str]:
    """Locks against a mirror with these answers; returns what it was asked for."""
    with serve(answers) as server:
        monkeypatch.setenv(download.MIRROR, server.url)
        relock(file, {}, key=key)
        return server.asked


def test_a_good_signature_locks_every_platform_that_is_named(
    monkeypatch: pytest.MonkeyPatch, file: Path, key: Path
) -> None:
    run(monkeypatch, release(), file, key)
    tools = read_lock(file).tools
    assert dict(tools["openshift-install"].sha256) == {"linux_amd64": f"{1:064x}", "darwin_amd64": f"{2:064x}"}
    assert dict(tools["oc"].sha256) == {"linux_amd64": f"{3:064x}", "linux_arm64": f"{4:064x}"}


def test_the_list_is_fetched_once_for_both_programs(monkeypatch: pytest.MonkeyPatch, file: Path, key: Path) -> None:
    assert run(monkeypatch, release(), file, key) == [f"{FOLDER}/sha256sum.txt", f"{FOLDER}/sha256sum.txt.gpg"]


def test_locking_again_changes_nothing(monkeypatch: pytest.MonkeyPatch, file: Path, key: Path) -> None:
    run(monkeypatch, release(), file, key)
    first, inode = file.read_bytes(), file.stat().st_ino
    run(monkeypatch, release(), file, key)
    assert (file.read_bytes(), file.stat().st_ino) == (first, inode)


def test_comments_and_order_stay(monkeypatch: pytest.MonkeyPatch, file: Path, key: Path) -> None:
    text = file.read_text().replace("  oc:\n", "  # for apply\n  oc:   # the client\n")
    file.write_text(text)
    run(monkeypatch, release(), file, key)
    kept = [line for line in text.splitlines() if "sha256:" not in line]
    assert [line for line in file.read_text().splitlines() if line in kept] == kept


def test_a_comment_after_the_checksums_stays_there_when_platforms_come_and_go(
    monkeypatch: pytest.MonkeyPatch, file: Path, key: Path
) -> None:
    sums = f"sha256:\n      linux_amd64: {9:064x}\n      darwin_arm64: {8:064x}\n  # what comes next\n  oc:"
    file.write_text(file.read_text().replace("sha256: {}\n  oc:", sums))
    run(monkeypatch, release(), file, key)
    locked = f"sha256:\n      linux_amd64: '{1:064x}'\n      darwin_amd64: '{2:064x}'\n  # what comes next\n  oc:"
    assert locked in file.read_text()


def test_a_wrong_checksum_in_the_old_file_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, file: Path, key: Path
) -> None:
    file.write_text(file.read_text().replace("029a7f", "129a7f"))
    run(monkeypatch, release(), file, key)
    assert read_lock(file).tools["kustomize"].sha256["linux_amd64"].startswith("029a7f")


def test_another_version_is_written_with_its_checksums(monkeypatch: pytest.MonkeyPatch, file: Path, key: Path) -> None:
    file.write_text(lock_text("4.11.1"))
    with serve(release()) as server:
        monkeypatch.setenv(download.MIRROR, server.url)
        locked = relock(file, {"openshift-install": "4.12.45", "oc": "4.12.45"}, key=key)
    assert {tool.version for tool in locked} == {"v5.8.1", "4.12.45"}
    assert read_lock(file).tools["oc"].version == "4.12.45"


def test_an_unknown_kustomize_is_locked_from_its_release(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    file.write_text(lock_text())
    path = "/kubernetes-sigs/kustomize/releases/download/kustomize%2Fv5.9.9/checksums.txt"
    with serve({path: Answer(b"%064x  kustomize_v5.9.9_linux_amd64.tar.gz\n" % 7)}) as server:
        monkeypatch.setenv(download.MIRROR, server.url)
        relock(file, {"kustomize": "v5.9.9"})
    assert dict(read_lock(file).tools["kustomize"].sha256) == {"linux_amd64": f"{7:064x}"}


def test_an_unsigned_list_must_come_over_https(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setenv(download.MIRROR, "http://mirror.invalid")
    with pytest.raises(AntreaGitopsError, match="does not come over https"):
        relock(file, {"kustomize": "v5.9.9"})


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        pytest.param(release(signature=b"junk"), SignatureError, "is not a valid one", id="no signature"),
        pytest.param(
            release(signature=sign(KEY.signer(), SUMS + b"x", mode=SignatureMode.DETACHED)),
            SignatureError,
            "is not a valid one",
            id="signature over other bytes",
        ),
        pytest.param({f"{FOLDER}/sha256sum.txt": Answer(SUMS)}, AntreaGitopsError, "404", id="signature missing"),
        pytest.param({}, AntreaGitopsError, "404 Not Found", id="list missing"),
        pytest.param(release(b"00  other.tar.gz\n"), AntreaGitopsError, "names no archive", id="names missing"),
        pytest.param(
            release(b"zz  " + NAMES[0].encode() + b"\n"), AntreaGitopsError, "names no archive", id="no checksum in it"
        ),
    ],
)
def test_a_failure_is_told_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
    file: Path,
    key: Path,
    answers: dict[str, Answer],
    error: type[Exception],
    words: str,
) -> None:
    before = file.read_bytes()
    with pytest.raises(error, match=words):
        run(monkeypatch, answers, file, key)
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.glob(".*")) == []


def test_a_signature_by_a_key_that_is_not_the_shipped_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    with pytest.raises(SignatureError, match="567e347ad0044ade55ba8a5f199e2f91fd431d51"):
        run(monkeypatch, release(), file, None)


def test_no_network_is_told_and_writes_nothing(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    before = file.read_bytes()
    monkeypatch.setenv(download.MIRROR, closed_port())
    with pytest.raises(AntreaGitopsError, match="Connection refused"):
        relock(file, {})
    assert file.read_bytes() == before


def test_a_file_that_is_no_lock_is_refused(file: Path) -> None:
    file.write_text("tools: [a]\n")
    with pytest.raises(FindingsError):
        relock(file, {})


def test_a_version_of_a_program_that_is_not_there_is_refused(file: Path) -> None:
    file.write_text(lock_text())
    with pytest.raises(UsageError, match="names no program oc"):
        relock(file, {"oc": "4.12.45"})
