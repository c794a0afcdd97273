"""Programs end with their whole family when their time is over, when we are interrupted, and when we are ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from antrea_ci import process
from antrea_ci.errors import MissingRequirementError
from antrea_ci.process import ProcessError, run

# A shell whose grandchild ignores TERM, holds stdout open and writes its pid to $1.
_STUBBORN = """
echo "so far" >&2
sh -c 'trap "" TERM; echo $$ > "$0.new"; mv "$0.new" "$0"; while :; do sleep 0.2; done' "$1" &
wait
"""


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_GRACE_SECONDS", 0.3)


def is_gone(pid: int, seconds: float = 5.0) -> bool:
    """Whether the process ends within that time; one that nobody waits for yet counts as ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if state.stdout.startswith("Z"):
            return True
        time.sleep(0.02)
    return False


def pid_in(file: Path, seconds: float = 5.0) -> int:
    end = time.monotonic() + seconds
    while not file.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return int(file.read_text())


def test_both_outputs_and_the_exit_code_are_returned() -> None:
    done = run(["sh", "-c", "printf out; printf err >&2; exit 7"], check=False)
    assert (done.code, done.stdout, done.stderr) == (7, b"out", b"err")


def test_stdin_is_given_or_empty() -> None:
    assert run(["cat"], stdin=b"in").stdout == b"in"
    assert run(["cat"]).stdout == b""


def test_a_program_that_does_not_read_its_stdin_is_no_error() -> None:
    assert run(["true"], stdin=b"x" * 1_000_000).code == 0


def test_the_environment_is_exactly_the_one_given() -> None:
    assert run(["/usr/bin/env"], env={"ONE": "1"}).stdout == b"ONE=1\n"


def test_an_error_names_command_code_and_stderr_but_never_stdout(tmp_path: Path) -> None:
    with pytest.raises(ProcessError) as raised:
        run(["/bin/sh", "-c", "echo kind: Secret; echo 'no such file: a b' >&2; exit 3"])
    assert raised.value.message.splitlines()[0].endswith("failed with exit code 3")
    assert raised.value.message.startswith("`sh -c ")
    assert raised.value.message.endswith("\n    no such file: a b")
    assert "kind: Secret\n" not in raised.value.message
    assert raised.value.stderr == "no such file: a b"
    assert raised.value.exit_code == 1


def test_only_the_end_of_a_long_stderr_is_shown() -> None:
    with pytest.raises(ProcessError) as raised:
        run(["sh", "-c", "i=0; while [ $i -lt 100 ]; do i=$((i+1)); echo line $i >&2; done; exit 1"])
    shown = raised.value.message.splitlines()[1:]
    assert (shown[0], shown[-1], len(shown)) == ("    line 61", "    line 100", 40)


def test_bytes_that_are_no_text_do_not_break_the_error() -> None:
    with pytest.raises(ProcessError, match="\N{REPLACEMENT CHARACTER}"):
        run(["sh", "-c", r"printf '\377' >&2; exit 1"])


def test_a_program_that_is_not_there_is_a_missing_requirement() -> None:
    with pytest.raises(MissingRequirementError, match="cannot run `no-such-program`: No such file") as raised:
        run(["no-such-program"])
    assert raised.value.exit_code == 4


def test_a_file_that_is_no_program_is_a_missing_requirement(tmp_path: Path) -> None:
    wrong = tmp_path / "kustomize"
    wrong.write_bytes(b"\x7fELF of another machine")
    with pytest.raises(MissingRequirementError, match="Permission denied"):
        run([str(wrong)])
    wrong.chmod(0o755)
    with pytest.raises(MissingRequirementError, match="Exec format error"):
        run([str(wrong)])


def test_a_folder_that_is_not_there_is_not_blamed_on_the_program(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(["true"], cwd=tmp_path / "none")


def test_a_time_out_ends_a_grandchild_that_ignores_term(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match=r"did not end within 0\.5 s and was stopped") as raised:
        run(["sh", "-c", _STUBBORN, "sh", str(tmp_path / "pid")], timeout=0.5)
    assert is_gone(pid_in(tmp_path / "pid"))
    assert raised.value.stderr == "so far"


def test_a_time_out_does_not_wait_for_one_who_left_the_group(tmp_path: Path) -> None:
    leaver = "import os, sys, time; os.setsid(); open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(30)"
    command = [sys.executable, "-c", leaver, str(tmp_path / "pid")]
    start = time.monotonic()
    with pytest.raises(ProcessError, match="did not end"):
        run(["sh", "-c", '"$@" & wait', "sh", *command], timeout=1)
    assert time.monotonic() - start < 10
    os.kill(pid_in(tmp_path / "pid"), signal.SIGKILL)


def test_a_program_may_clean_up_when_its_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(ProcessError):
        run(["sh", "-c", f'trap "echo clean > {tmp_path}/done; exit 0" TERM; sleep 9 & wait'], timeout=0.3)
    assert (tmp_path / "done").read_text() == "clean\n"


def test_an_interrupt_ends_the_family_and_is_passed_on(tmp_path: Path) -> None:
    def interrupt() -> None:
        pid_in(tmp_path / "pid")
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run(["sh", "-c", _STUBBORN, "sh", str(tmp_path / "pid")])
    assert is_gone(pid_in(tmp_path / "pid"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_ends_the_family_first(tmp_path: Path, number: signal.Signals) -> None:
    code = "import sys; from antrea_ci import process; process._GRACE_SECONDS = 0.3; process.run(sys.argv[1:])"
    path = ":".join(entry for entry in sys.path if entry)
    command = [sys.executable, "-c", code, "sh", "-c", _STUBBORN, "sh", str(tmp_path / "pid")]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}) as child:
        stubborn = pid_in(tmp_path / "pid")
        child.send_signal(number)
        assert child.wait(timeout=20) == 128 + number
    assert is_gone(stubborn)


def test_the_handlers_of_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def theirs(*_: object) -> None:
        return

    before = signal.signal(signal.SIGTERM, theirs)
    try:
        run(["true"])
        assert signal.getsignal(signal.SIGTERM) is theirs
    finally:
        signal.signal(signal.SIGTERM, before)
    run(["true"])
    assert signal.getsignal(signal.SIGTERM) is before


def test_programs_can_be_run_from_any_thread() -> None:
    outputs: list[bytes] = []
    threads = [threading.Thread(target=lambda: outputs.append(run(["echo", "x"]).stdout)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outputs == [b"x\n"] * 4
