"""A program that is followed: its output comes along; signals and time-outs end its family, a kill of us does not."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from antrea_ci import following
from antrea_ci.errors import MissingRequirementError
from antrea_ci.following import ProcessId, TimedOutError, Watch, attach, follow, is_living

_ENV = {"PATH": os.environ["PATH"]}


@dataclass
class Heard:
    """What a watch was told, in order."""

    output: bytearray = field(default_factory=bytearray)
    events: list[str] = field(default_factory=list[str])
    started: list[ProcessId] = field(default_factory=list[ProcessId])

    def watch(
        self,
        *,
        timeout: float = 20,
        tick_seconds: float = 60,
        grace_seconds: float = 5,
        on_output: Callable[[bytes], None] | None = None,
        on_interrupt: Callable[[], None] | None = None,
        on_tick: Callable[[], None] | None = None,
    ) -> Watch:
        def output(data: bytes) -> None:
            self.output += data
            if on_output:
                on_output(data)

        def start(process: ProcessId) -> None:
            self.events.append("start")
            self.started.append(process)

        def interrupt() -> None:
            self.events.append("interrupt")
            if on_interrupt:
                on_interrupt()

        def tick() -> None:
            self.events.append("tick")
            if on_tick:
                on_tick()

        return Watch(output, start, interrupt, tick, tick_seconds, timeout, grace_seconds)


def shell(text: str, *arguments: str) -> list[str]:
    return ["sh", "-c", text, "sh", *arguments]


def is_gone(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not following.process_table.began(pid):
            return True
        time.sleep(0.02)
    return False


def number_in(file: Path, seconds: float = 10.0) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if file.exists() and (text := file.read_text()).endswith("\n"):
            return int(text)
        time.sleep(0.01)
    raise AssertionError(f"{file} was not written")


def soon(action: Callable[[], None], when: Callable[[], object]) -> None:
    """Does it in another thread as soon as the condition holds."""

    def wait() -> None:
        while not when():
            time.sleep(0.01)
        action()

    threading.Thread(target=wait, daemon=True).start()


def interrupt_us(number: signal.Signals = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def test_both_outputs_and_the_exit_code_come_back(tmp_path: Path) -> None:
    heard = Heard()
    code = follow(
        shell("echo one; echo two >&2; exit 7"), cwd=tmp_path, env=_ENV, output=tmp_path / "out", watch=heard.watch()
    )
    assert (code, bytes(heard.output)) == (7, b"one\ntwo\n")


def test_the_output_file_is_emptied_first_and_for_its_owner_alone(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.write_text("of an earlier run\n")
    output.chmod(0o644)
    follow(["echo", "new"], cwd=None, env=_ENV, output=output, watch=Heard().watch())
    assert output.read_text() == "new\n"
    assert stat.S_IMODE(output.stat().st_mode) == 0o600


def test_the_environment_is_exactly_the_one_given(tmp_path: Path) -> None:
    heard = Heard()
    follow(["/usr/bin/env"], cwd=None, env={"ONE": "1"}, output=tmp_path / "out", watch=heard.watch())
    assert bytes(heard.output) == b"ONE=1\n"


def test_a_program_gets_an_empty_stdin(tmp_path: Path) -> None:
    heard = Heard()
    assert follow(["cat"], cwd=None, env=_ENV, output=tmp_path / "out", watch=heard.watch()) == 0


def test_a_program_that_is_not_there_is_a_missing_requirement(tmp_path: Path) -> None:
    with pytest.raises(MissingRequirementError, match="no-such-program"):
        follow(["no-such-program"], cwd=None, env=_ENV, output=tmp_path / "out", watch=Heard().watch())


def test_a_program_that_a_signal_ends_has_a_negative_code(tmp_path: Path) -> None:
    heard = Heard()
    code = follow(shell("kill -KILL $$"), cwd=None, env=_ENV, output=tmp_path / "out", watch=heard.watch())
    assert code == -signal.SIGKILL


def test_bytes_that_are_no_text_come_through(tmp_path: Path) -> None:
    heard = Heard()
    follow(shell(r"printf '\377\376 \303'"), cwd=None, env=_ENV, output=tmp_path / "out", watch=heard.watch())
    assert bytes(heard.output) == b"\xff\xfe \xc3"


def test_nothing_runs_before_on_start_has_returned(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    heard = Heard()

    def start(process: ProcessId) -> None:
        assert is_living(process)
        # In a session of its own, a terminal's Ctrl-C reaches only us.
        assert os.getsid(process.pid) == process.pid
        time.sleep(0.1)
        assert not trace.exists()

    watch = heard.watch()
    watch = Watch(
        watch.on_output,
        start,
        watch.on_interrupt,
        watch.on_tick,
        watch.tick_seconds,
        watch.timeout,
        watch.grace_seconds,
    )
    follow(["touch", str(trace)], cwd=None, env=_ENV, output=tmp_path / "out", watch=watch)
    assert trace.exists()


def test_a_program_whose_start_could_not_be_recorded_never_runs(tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    def full_disk(_process: ProcessId) -> None:
        raise OSError("no space left")

    nothing = Heard().watch()
    watch = Watch(nothing.on_output, full_disk, nothing.on_interrupt, nothing.on_tick, 60, 20)
    with pytest.raises(OSError, match="no space left"):
        follow(["touch", str(trace)], cwd=None, env=_ENV, output=tmp_path / "out", watch=watch)
    assert not trace.exists()


def test_ticks_come_while_the_program_says_nothing(tmp_path: Path) -> None:
    heard = Heard()
    stop = tmp_path / "stop"

    def third() -> None:
        if heard.events.count("tick") == 3:
            stop.touch()

    follow(
        shell('while [ ! -e "$1" ]; do sleep 0.02; done', str(stop)),
        cwd=None,
        env=_ENV,
        output=tmp_path / "out",
        watch=heard.watch(tick_seconds=0.05, on_tick=third),
    )
    assert heard.events.count("tick") >= 3


def test_ticks_come_while_the_program_never_pauses(tmp_path: Path) -> None:
    heard = Heard()
    stop = tmp_path / "stop"
    writer = 'while [ ! -e "$1" ]; do printf "%01024d\\n" 1; done'
    follow(
        shell(writer, str(stop)),
        cwd=None,
        env=_ENV,
        output=tmp_path / "out",
        watch=heard.watch(tick_seconds=0.05, on_tick=stop.touch),
    )
    assert "tick" in heard.events


# A shell with a grandchild of another process group that ignores TERM; both write their pids.
_STUBBORN = """
import os, signal, subprocess, sys, time
if len(sys.argv) == 2:
    subprocess.Popen([sys.executable, __file__, sys.argv[1], "grandchild"], process_group=0)
    time.sleep(60)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
with open(sys.argv[1], "w") as stream:
    stream.write(f"{os.getpid()}\\n")
time.sleep(60)
"""


@pytest.fixture
def stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(following, "_END_SECONDS", 0.3)
    program = tmp_path / "stubborn.py"
    program.write_text(_STUBBORN)
    return [sys.executable, str(program), str(tmp_path / "pid")]


def test_a_time_out_ends_grandchildren_that_ignore_term_in_groups_of_their_own(
    tmp_path: Path, stubborn: list[str]
) -> None:
    with pytest.raises(TimedOutError, match=r"did not end within 1 s and was stopped"):
        follow(stubborn, cwd=None, env=_ENV, output=tmp_path / "out", watch=Heard().watch(timeout=1))
    assert is_gone(number_in(tmp_path / "pid"))


def test_what_a_program_leaves_running_is_ended_with_it(tmp_path: Path, stubborn: list[str]) -> None:
    pid = tmp_path / "pid"
    code = follow(
        shell('"$@" grandchild & while [ ! -s "$3" ]; do sleep 0.02; done', *stubborn),
        cwd=None,
        env=_ENV,
        output=tmp_path / "out",
        watch=Heard().watch(),
    )
    assert code == 0
    assert is_gone(number_in(pid))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_first_interrupt_reaches_the_program_as_int_and_we_are_told_at_once(
    tmp_path: Path, number: signal.Signals
) -> None:
    heard = Heard()
    # It ends only after our state was stored, which proves that nobody waits for its end first.
    stored = tmp_path / "stored"
    wait = 'while [ ! -e "$1" ]; do sleep 0.02; done'
    program = f"trap '{wait}; echo bye; exit 8' INT; echo up; while :; do sleep 0.02; done"
    soon(lambda: interrupt_us(number), lambda: b"up" in heard.output)
    with pytest.raises(KeyboardInterrupt):
        follow(
            shell(program, str(stored)),
            cwd=None,
            env=_ENV,
            output=tmp_path / "out",
            watch=heard.watch(on_interrupt=stored.touch),
        )
    assert heard.events == ["start", "interrupt"]
    assert bytes(heard.output) == b"up\nbye\n"


def test_a_program_that_does_not_heed_an_interrupt_is_ended_after_its_grace(
    tmp_path: Path, stubborn: list[str]
) -> None:
    heard = Heard()
    soon(interrupt_us, (tmp_path / "pid").exists)
    with pytest.raises(KeyboardInterrupt):
        follow(
            [*stubborn, "grandchild"],
            cwd=None,
            env=_ENV,
            output=tmp_path / "out",
            watch=heard.watch(grace_seconds=0.2),
        )
    assert heard.events == ["start", "interrupt"]
    assert is_gone(number_in(tmp_path / "pid"))


def test_a_child_of_the_program_may_finish_within_the_grace(tmp_path: Path) -> None:
    heard = Heard()
    done = tmp_path / "done"
    # As terraform does: the first signal makes it finish, another one would break it off.
    child = (
        'trap "trap \\"exit 1\\" INT TERM; sleep 0.5; touch \\"$1\\"; exit" INT; echo up; while :; do sleep 0.02; done'
    )
    # A shell ignores INT for what it starts in the background, so a program of Python is in between.
    parent = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
    soon(interrupt_us, lambda: b"up" in heard.output)
    with pytest.raises(KeyboardInterrupt):
        follow(
            [sys.executable, "-c", parent, *shell(child, str(done))],
            cwd=None,
            env=_ENV,
            output=tmp_path / "out",
            watch=heard.watch(),
        )
    assert done.exists()


def test_a_second_interrupt_ends_everything_at_once(tmp_path: Path, stubborn: list[str]) -> None:
    heard = Heard()
    soon(interrupt_us, (tmp_path / "pid").exists)
    soon(interrupt_us, lambda: "interrupt" in heard.events)
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        follow(
            [*stubborn, "grandchild"], cwd=None, env=_ENV, output=tmp_path / "out", watch=heard.watch(grace_seconds=30)
        )
    assert time.monotonic() - begin < 10
    assert heard.events == ["start", "interrupt", "interrupt"]
    assert is_gone(number_in(tmp_path / "pid"))


def test_a_second_interrupt_breaks_off_a_storing_that_hangs(tmp_path: Path, stubborn: list[str]) -> None:
    heard = Heard()

    def hang_once() -> None:
        if heard.events.count("interrupt") == 1:
            soon(interrupt_us, lambda: True)
            time.sleep(30)

    soon(interrupt_us, (tmp_path / "pid").exists)
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        follow(
            [*stubborn, "grandchild"],
            cwd=None,
            env=_ENV,
            output=tmp_path / "out",
            watch=heard.watch(on_interrupt=hang_once),
        )
    assert time.monotonic() - begin < 10
    assert heard.events == ["start", "interrupt", "interrupt"]


def test_an_interrupt_breaks_off_a_tick_that_hangs(tmp_path: Path) -> None:
    heard = Heard()

    def hang() -> None:
        soon(interrupt_us, lambda: True)
        time.sleep(30)

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        follow(
            ["sleep", "30"],
            cwd=None,
            env=_ENV,
            output=tmp_path / "out",
            watch=heard.watch(tick_seconds=0.05, on_tick=hang),
        )
    assert time.monotonic() - begin < 10
    assert heard.events == ["start", "tick", "interrupt"]


def test_a_program_is_ended_although_storing_fails(tmp_path: Path) -> None:
    heard = Heard()

    def fail() -> None:
        raise OSError("no space left")

    soon(interrupt_us, lambda: heard.started)
    with pytest.raises(OSError, match="no space left"):
        follow(
            shell('trap "" INT; sleep 30'),
            cwd=None,
            env=_ENV,
            output=tmp_path / "out",
            watch=heard.watch(on_interrupt=fail),
        )
    assert is_gone(heard.started[0].pid)


def test_handlers_are_put_back(tmp_path: Path) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    follow(["true"], cwd=None, env=_ENV, output=tmp_path / "out", watch=Heard().watch())
    assert [signal.getsignal(number) for number in numbers] == before


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    heard = Heard()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code = follow(
            shell("kill -HUP $PPID"), cwd=None, env=_ENV, output=tmp_path / "out", watch=heard.watch(on_interrupt=None)
        )
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (code, heard.events) == (0, ["start"])


def test_it_can_be_done_in_any_thread(tmp_path: Path) -> None:
    codes: list[int] = []
    thread = threading.Thread(
        target=lambda: codes.append(
            follow(shell("exit 3"), cwd=None, env=_ENV, output=tmp_path / "out", watch=Heard().watch())
        )
    )
    thread.start()
    thread.join()
    assert codes == [3]


# A follower of its own, which is killed: it writes the identity of what it started to $1, the output to $2.
_FOLLOWER = """
import os, sys
from pathlib import Path
from antrea_ci.following import Watch, follow
def start(process):
    Path(sys.argv[1] + ".new").write_text(f"{process.pid} {process.started}")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
def nothing(*_):
    pass
follow(sys.argv[3:], cwd=None, env={"PATH": os.environ["PATH"]}, output=Path(sys.argv[2]),
       watch=Watch(nothing, start, nothing, nothing, 60, 60))
"""


def killed_follower(tmp_path: Path, command: list[str], when: Callable[[], object]) -> ProcessId:
    """Follows ``command`` in a process that is killed as soon as the condition holds."""
    code = [sys.executable, "-c", _FOLLOWER, str(tmp_path / "id"), str(tmp_path / "out"), *command]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    with subprocess.Popen(code, env={**os.environ, "PYTHONPATH": path}) as follower:
        while not when():
            assert follower.poll() is None
            time.sleep(0.01)
        follower.kill()
    pid, _, started = (tmp_path / "id").read_text().partition(" ")
    return ProcessId(int(pid), started)


def has_said(file: Path, text: str) -> Callable[[], bool]:
    return lambda: file.exists() and text in file.read_text()


def test_the_program_outlives_a_kill_of_us_and_can_be_attached_to(tmp_path: Path) -> None:
    go = tmp_path / "go"
    program = 'echo before; while [ ! -e "$1" ]; do sleep 0.02; done; echo after'
    process = killed_follower(tmp_path, shell(program, str(go)), has_said(tmp_path / "out", "before"))
    assert is_living(process)
    heard = Heard()
    attach(
        process,
        output=tmp_path / "out",
        watch=heard.watch(tick_seconds=0.05, on_tick=go.touch),
    )
    assert bytes(heard.output) == b"before\nafter\n"
    assert "start" not in heard.events
    assert not is_living(process)


def test_an_interrupt_reaches_an_attached_program_too(tmp_path: Path) -> None:
    # The shell that outlives its starter may have got INT ignored, so a program of Python hears it.
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit('bye'))\n"
        "print('up', flush=True)\n"
        "time.sleep(60)"
    )
    process = killed_follower(tmp_path, [sys.executable, "-c", program], has_said(tmp_path / "out", "up"))
    heard = Heard()
    soon(interrupt_us, lambda: b"up" in heard.output)
    with pytest.raises(KeyboardInterrupt):
        attach(process, output=tmp_path / "out", watch=heard.watch())
    assert bytes(heard.output) == b"up\nbye\n"
    assert heard.events == ["interrupt"]


def test_a_time_out_ends_an_attached_program_with_its_grandchildren(tmp_path: Path, stubborn: list[str]) -> None:
    process = killed_follower(tmp_path, stubborn, (tmp_path / "pid").exists)
    with pytest.raises(TimedOutError):
        attach(process, output=tmp_path / "out", watch=Heard().watch(timeout=0.2))
    assert is_gone(number_in(tmp_path / "pid"))
    assert not is_living(process)


def test_attaching_to_what_has_ended_reads_what_it_left(tmp_path: Path) -> None:
    heard = Heard()
    follow(["echo", "all"], cwd=None, env=_ENV, output=tmp_path / "out", watch=heard.watch())
    again = Heard()
    attach(heard.started[0], output=tmp_path / "out", watch=again.watch())
    assert bytes(again.output) == b"all\n"


def test_a_kill_of_us_before_the_start_is_recorded_leaves_nothing_running(tmp_path: Path) -> None:
    code = _FOLLOWER.replace("def start(process):", "def start(process):\n    os.kill(os.getpid(), 9)")
    trace = tmp_path / "trace"
    command = [sys.executable, "-c", code, str(tmp_path / "id"), str(tmp_path / "out"), "touch", str(trace)]
    path = os.pathsep.join(entry for entry in sys.path if entry)
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False)
    assert done.returncode == -signal.SIGKILL
    # Whoever still had the output open would be the held program.
    with (tmp_path / "out").open() as output:
        assert output.read() == ""
    assert not trace.exists()


def test_another_process_with_the_same_number_is_not_the_one_meant() -> None:
    us = following.process_table.began(os.getpid())
    assert is_living(ProcessId(os.getpid(), us))
    assert not is_living(ProcessId(os.getpid(), "1@another start"))
    assert not is_living(ProcessId(os.getpid(), ""))


def test_a_process_that_nobody_has_waited_for_counts_as_ended() -> None:
    with subprocess.Popen(["true"]) as child:
        assert is_gone(child.pid)


def test_200_mb_pass_quickly_and_in_small_pieces(tmp_path: Path) -> None:
    sizes: list[int] = []
    watch = Watch(
        lambda data: sizes.append(len(data)), lambda _: None, lambda: None, lambda: None, tick_seconds=60, timeout=60
    )
    writer = "import os\nblock = b'x' * 99 + b'\\n'\nblock *= 10000\nfor _ in range(200): os.write(1, block)"
    begin = time.monotonic()
    assert follow([sys.executable, "-c", writer], cwd=None, env=_ENV, output=tmp_path / "out", watch=watch) == 0
    assert sum(sizes) == 200_000_000
    assert max(sizes) <= 1 << 20
    assert time.monotonic() - begin < 3


def test_whoever_has_heard_enough_interrupts_it_and_hears_its_last_words(tmp_path: Path) -> None:
    heard = Heard()
    watch = replace(heard.watch(), is_enough=lambda: b"lost" in heard.output)
    program = shell("trap 'echo interrupted; exit 8' INT; echo lost; while :; do sleep 0.02; done")
    assert follow(program, cwd=None, env=_ENV, output=tmp_path / "out", watch=watch) == 8
    assert bytes(heard.output) == b"lost\ninterrupted\n"
    assert heard.events == ["start"], "nobody has interrupted us"


@pytest.mark.parametrize("trap", ["", "trap '' INT TERM;"])
def test_process_that_nobody_follows_is_ended(trap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_END_SECONDS", 0.2)
    program = shell(f"{trap} echo ready; while :; do sleep 0.02; done")
    with subprocess.Popen(program, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        ticket = ProcessId(child.pid, following.process_table.began(child.pid))
        following.end(replace(ticket, started="another"), grace_seconds=0)
        assert is_living(ticket), "a number that was used again"
        following.end(ticket, grace_seconds=0 if trap else 5)
        child.wait(timeout=15)
    assert child.returncode == (-signal.SIGKILL if trap else -signal.SIGINT)
