"""A run of the installer: what it is called with, what is kept and shown of it, how it ended and why."""

from __future__ import annotations

import os
import signal
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from antrea_ci import redaction
from antrea_ci.following import ProcessId, is_living
from antrea_ci.installer import Errand, Hooks, Installer, Line, Outcome, attach_installer, run_installer, running
from antrea_ci.installer.reading import Reading
from support.installer_reading import Shown, read
from support.machine import script

_PASSWORD = "abcDE-fghIJ-klmNO-pqrST"
_DISCARDED = "level=warning msg=Discarding the Common Manifests that was provided in the target directory because"


@dataclass
class Run:
    """One folder with an installer, and what was told of its runs."""

    root: Path
    minor: int = 18
    shown: Shown = field(default_factory=Shown)
    started: list[ProcessId] = field(default_factory=list[ProcessId])
    events: list[str] = field(default_factory=list[str])
    on_tick: Callable[[], object] = lambda: None

    @property
    def folder(self) -> Path:
        return self.root / "installer"

    @property
    def log(self) -> Path:
        return self.root / "repo" / "logs" / "create-cluster.log"

    def __call__(self, program: str, *verb: str, timeout: float = 20) -> Outcome:
        """Runs a shell program as the installer."""
        self.folder.mkdir(exist_ok=True)
        installer = Installer(script(self.root, "openshift-install", program), "4.18.3", self.minor)
        return run_installer(self._errand(installer, verb, timeout), {"PATH": os.environ["PATH"]})

    def attach(self, process: ProcessId, *verb: str, timeout: float = 20) -> Outcome:
        installer = Installer(self.root / "openshift-install", "4.18.3", self.minor)
        return attach_installer(self._errand(installer, verb, timeout), process)

    def _errand(self, installer: Installer, verb: tuple[str, ...], timeout: float) -> Errand:
        def tick() -> None:
            self.events.append("tick")
            self.on_tick()

        return Errand(
            installer,
            verb or ("create", "cluster"),
            folder=self.folder,
            output=self.root / "installer.out",
            log=self.log,
            progress=self.shown,
            hooks=Hooks(self.started.append, lambda: self.events.append("interrupt"), tick),
            timeout=timeout,
        )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.mark.parametrize(
    ("minor", "verb", "flags"),
    [
        (12, ("create", "cluster"), "--log-level debug"),
        (15, ("create", "cluster"), "--log-level debug"),
        (16, ("create", "cluster"), "--log-level debug --skip-password-print"),
        (18, ("wait-for", "install-complete"), "--log-level debug --skip-password-print"),
        (18, ("wait-for", "bootstrap-complete"), "--log-level debug"),
        (18, ("create", "manifests"), "--log-level info"),
        (18, ("create", "ignition-configs"), "--log-level info"),
        (18, ("destroy", "cluster"), "--log-level debug"),
    ],
)
def test_each_verb_gets_the_flags_that_the_version_knows(
    run: Run, minor: int, verb: tuple[str, ...], flags: str
) -> None:
    run.minor = minor
    run('echo "$@" >args; pwd >cwd', *verb)
    assert (run.folder / "args").read_text() == f"{' '.join(verb)} --dir {run.folder} {flags}\n"
    assert (run.folder / "cwd").read_text() == f"{run.folder}\n"


def test_arguments_of_a_verb_are_passed_and_are_no_part_of_its_name(run: Run) -> None:
    outcome = run('echo "$@" >args', "gather", "bootstrap", "--bootstrap", "192.0.2.1")
    assert outcome.verb == "gather bootstrap"
    assert (run.folder / "args").read_text().startswith("gather bootstrap --bootstrap 192.0.2.1 --dir ")


def test_a_success(run: Run) -> None:
    outcome = run("echo 'level=info msg=Install complete!' >&2")
    assert (outcome.succeeded, outcome.code, outcome.cause, outcome.fatal) == (True, 0, None, ())
    assert 0 <= outcome.seconds < 10
    assert run.shown.lines == [Line("info", "Install complete!")]
    assert run.shown.events[-1] == "done"


def test_a_failure_has_its_cause_and_its_last_errors(run: Run) -> None:
    outcome = run("echo 'level=error msg=write: no space left on device' >&2; exit 1")
    assert not outcome.succeeded
    assert outcome.code == 1
    assert outcome.cause is not None
    assert (outcome.cause.id, outcome.cause.line) == ("disk-full", "write: no space left on device")
    assert outcome.last_errors == ("write: no space left on device",)


def test_exit_code_0_with_a_fatal_line_is_no_success(run: Run) -> None:
    outcome = run(f"echo '{_DISCARDED}' >&2", "create", "ignition-configs")
    assert (outcome.code, outcome.succeeded) == (0, False)
    assert [fatal.id for fatal in outcome.fatal] == ["manifests-discarded"]


def test_death_by_a_signal_has_a_negative_code_and_a_cause(run: Run) -> None:
    outcome = run("kill -KILL $$")
    assert outcome.code == -signal.SIGKILL
    assert outcome.cause is not None
    assert outcome.cause.id == "killed"


def test_the_log_is_complete_and_redacted_while_the_raw_output_stays_in_its_file(run: Run) -> None:
    redaction.learn(["s3cret-of-vcenter"])
    run("for i in 1 2 3; do echo \"level=debug msg=number $i s3cret-of-vcenter\" >&2; done; printf 'no end of line'")
    assert run.log.read_text() == "".join(f"level=debug msg=number {n} ***\n" for n in (1, 2, 3)) + "no end of line"
    assert "s3cret-of-vcenter" in (run.root / "installer.out").read_text()


@pytest.mark.parametrize("with_file", [True, False])
def test_the_administrators_password_is_redacted_as_soon_as_it_is_made(run: Run, with_file: bool) -> None:
    """Whether or not its file could be read first."""
    made = f"mkdir auth && printf {_PASSWORD} >auth/kubeadmin-password;" if with_file else ""
    said = f'level=info msg=Login to the console with user: "kubeadmin", and password: "{_PASSWORD}"'
    outcome = run(f"{made} echo '{said}' >&2; echo 'level=error msg={_PASSWORD}' >&2; exit 1")
    for text in (run.log.read_text(), str(run.shown), str(outcome)):
        assert _PASSWORD not in text
        assert "***" in text


def test_bytes_that_are_no_text_stay_in_the_log(run: Run) -> None:
    outcome = run(r"printf 'level=error msg=\377\376 no space left on device\n'; exit 1")
    assert run.log.read_bytes() == b"level=error msg=\xff\xfe no space left on device\n"
    assert outcome.cause is not None
    assert outcome.cause.id == "disk-full"


def test_the_process_is_told_before_anything_is_shown(run: Run) -> None:
    run("echo 'level=info msg=x' >&2")
    assert len(run.started) == 1
    assert not is_living(run.started[0])


def test_the_caller_is_called_again_and_again_while_the_installer_is_silent(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_TICK_SECONDS", 0.05)
    run.on_tick = lambda: (run.folder / "stop").touch() if run.events.count("tick") == 3 else None
    outcome = run("while [ ! -e stop ]; do sleep 0.02; done")
    assert outcome.succeeded, run.events
    assert run.events.count("tick") >= 3
    assert run.shown.events.count("beat") == run.events.count("tick")


def test_a_time_out_is_told_in_the_outcome(run: Run) -> None:
    outcome = run("echo 'level=info msg=Waiting' >&2; sleep 60", timeout=0.5)
    assert (outcome.is_timed_out, outcome.succeeded, outcome.code) == (True, False, None)
    assert run.log.read_text() == "level=info msg=Waiting\n"


def test_a_first_interrupt_reaches_the_installer_and_its_last_words_are_kept(run: Run) -> None:
    program = f"""exec {sys.executable} -c '
import os, signal, sys, time
def bye(*_):
    print("level=warning msg=Received interrupt", flush=True)
    sys.exit(8)
signal.signal(signal.SIGINT, bye)
os.kill(int(os.environ["WHOM"]), signal.SIGINT)
time.sleep(60)'"""
    program = f"export WHOM={os.getpid()}; {program}"
    with pytest.raises(KeyboardInterrupt):
        run(program)
    assert run.events[:1] == ["interrupt"]
    assert run.log.read_text() == "level=warning msg=Received interrupt\n"
    assert run.shown.events[-1] == "done"


@pytest.mark.parametrize(
    ("verb", "last", "succeeded"),
    [
        (("create", "cluster"), "Install complete!", True),
        (("wait-for", "install-complete"), "Install complete!", True),
        (("wait-for", "bootstrap-complete"), "It is now safe to remove the bootstrap resources", True),
        (("destroy", "cluster"), "Uninstallation complete!", True),
        (("create", "cluster"), "Creating infrastructure resources...", False),
        (("destroy", "cluster"), "Install complete!", False),
    ],
)
def test_one_that_was_attached_to_is_judged_by_its_last_words(
    run: Run, verb: tuple[str, ...], last: str, succeeded: bool
) -> None:
    run(f"echo 'level=info msg={last}' >&2; exit 1", *verb)
    outcome = run.attach(run.started[0], *verb)
    assert (outcome.code, outcome.succeeded) == (None, succeeded)


def test_one_that_was_attached_to_has_the_causes_and_fatal_lines_of_its_whole_output(run: Run) -> None:
    run(f"echo '{_DISCARDED}' >&2; echo 'level=error msg=no space left on device' >&2; exit 1")
    outcome = run.attach(run.started[0])
    assert [fatal.id for fatal in outcome.fatal] == ["manifests-discarded"]
    assert outcome.cause is not None
    assert outcome.cause.id == "disk-full"


def test_an_installation_goes_on_without_its_log(run: Run) -> None:
    run.log.mkdir(parents=True)
    outcome = run("echo 'level=info msg=Install complete!' >&2")
    assert outcome.succeeded
    [warning] = [line for line in run.shown.lines if line.level == "warning"]
    assert "Is a directory" in warning.message
    assert str(run.log) in warning.message


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="/dev/full, which shared machines of macOS lack, is not here"
)
def test_a_full_disk_below_the_log_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    shown = Shown()
    reading = Reading("create cluster", 18, tmp_path, tmp_path / "log", shown)
    for number in range(5):
        reading.feed(f"level=info msg=number {number}\n".encode())
    reading.end()
    assert [line.message for line in shown.lines if line.level == "warning"] == [
        f"{tmp_path / 'log'}: No space left on device; the rest of the installer's output is not in it"
    ]
    assert len([line for line in shown.lines if line.level == "info"]) == 5


def test_memory_does_not_grow_with_the_output(tmp_path: Path) -> None:
    line = b"level=info msg=Still waiting for the Kubernetes API: no space left on device, EOF\n"
    tracemalloc.start()
    try:
        read(tmp_path, line * 40_000, pieces=1 << 18)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The 3 MB of the log itself are ours here.
    assert kept < 1_000_000
    assert peak < 20_000_000


def test_a_line_without_an_end_is_no_trap(tmp_path: Path) -> None:
    begin = time.monotonic()
    reading = read(tmp_path, b"x" * 5_000_000 + b" no space left on device\n", pieces=1 << 16)
    assert time.monotonic() - begin < 5
    assert (tmp_path / "log").stat().st_size == 5_000_025
    assert reading.stages == ()
