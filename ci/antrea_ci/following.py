"""Starts a program that may outlive us, and reads its output along.

The output goes to a file, so that the program is not ended by a broken pipe when we are killed; whoever comes later
attaches to it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import NoReturn

from antrea_ci import process, process_table
from antrea_ci.interrupts import Interrupts
from antrea_ci.process import ProcessError, signal_group

_CHUNK = 1 << 20
_POLL_SECONDS = 0.05
_END_SECONDS = 10.0
# How many interrupts end everything at once.
_HURRY = 2


@dataclass(frozen=True)
class ProcessId:
    """A process that cannot be confused with a later one of the same number: ``started`` is as the system tells it."""

    pid: int
    started: str


@dataclass(frozen=True)
class Watch:
    """What happens while a program runs. ``timeout``, ``tick_seconds`` and ``grace_seconds`` are in seconds.

    ``on_start`` has returned before the program does anything. ``on_tick`` and ``on_interrupt`` are broken off by a
    signal (KeyboardInterrupt), as everything else of ours is; ``on_output`` is not. After an interrupt the program may
    end within ``grace_seconds``. As soon as ``is_enough`` says so, it is interrupted by us.
    """

    on_output: Callable[[bytes], None]
    on_start: Callable[[ProcessId], None]
    on_interrupt: Callable[[], None]
    on_tick: Callable[[], None]
    tick_seconds: float
    timeout: float
    grace_seconds: float = 30.0
    is_enough: Callable[[], bool] = lambda: False


class TimedOutError(ProcessError):
    """The program did not end within its time; it was ended with all that it had started."""


def follow(command: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], output: Path, watch: Watch) -> int:
    """Runs ``command`` until it ends and returns its exit code, negative for the signal that ended it.

    It has a session of its own, the environment ``env`` and nothing else, an empty stdin, and writes to the file
    ``output`` (0600, emptied first). If we are killed before ``on_start`` has returned, it never runs; afterwards it
    lives on, and also when a callback raises. What it started does not outlive it.

    The first INT, TERM or HUP reaches it as INT, ``on_interrupt`` is called at once, and KeyboardInterrupt is raised
    when it has ended (what ``on_interrupt`` raises, after it was ended). A second one kills it, and after
    ``on_interrupt`` KeyboardInterrupt is raised at once. Raises TimedOutError, and MissingRequirementError for a
    program that is not there.
    """
    target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(target, 0o600)
        child = process.start_held(command, cwd=cwd, env=env, output=target)
    finally:
        os.close(target)
    with _released(child, watch) as interrupts:
        _Reader(child.pid, lambda: child.poll() is not None, output, watch, interrupts).read(command)
    return child.wait()


def attach(process: ProcessId, *, output: Path, watch: Watch) -> None:
    """Reads ``output`` from its start and along until the process has ended; its exit code cannot be known.

    Interrupts and time-out as with ``follow``; ``on_start`` is not called.
    """
    with Interrupts(process.pid) as interrupts:
        reader = _Reader(process.pid, lambda: not is_living(process), output, watch, interrupts)
        reader.read([f"process {process.pid}"])


def end(process: ProcessId, *, grace_seconds: float = 60.0) -> None:
    """Ends a process that nobody follows, with its session: INT, after ``grace_seconds`` TERM, then KILL."""
    if not is_living(process):
        return
    signal_group(process.pid, signal.SIGINT)
    for seconds, number in ((grace_seconds, signal.SIGTERM), (_END_SECONDS, signal.SIGKILL)):
        until = time.monotonic() + seconds
        while process_table.members(process.pid) and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        _signal_session(process.pid, number)


def is_living(process: ProcessId) -> bool:
    """Whether this very process still runs; one that nobody has waited for yet counts as ended."""
    return bool(process.started) and process_table.began(process.pid) == process.started


@contextmanager
def _released(child: Popen[bytes], watch: Watch) -> Generator[Interrupts]:
    """Lets the held program run, once it is known to whoever may have to find it again."""
    gate = child.stdin
    assert gate is not None, "start_held gives it"
    try:
        watch.on_start(ProcessId(child.pid, process_table.began(child.pid)))
        with Interrupts(child.pid) as interrupts:
            with suppress(BrokenPipeError):
                gate.write(b"\n")
                gate.flush()
            gate.close()
            yield interrupts
    finally:
        if not gate.closed:
            gate.close()
            child.wait()


class _Reader:
    """Reads a file along while a process writes it."""

    def __init__(
        self, pid: int, has_ended: Callable[[], bool], output: Path, watch: Watch, interrupts: Interrupts
    ) -> None:
        self._pid = pid
        self._has_ended = has_ended
        self._watch = watch
        self._interrupts = interrupts
        self._patient_until = 0.0
        self._file = os.open(output, os.O_RDONLY | os.O_NOFOLLOW)
        self._poll = select.poll()
        self._poll.register(interrupts.wake, select.POLLIN)
        self._end_handle = _end_handle(pid)
        if self._end_handle >= 0:
            self._poll.register(self._end_handle, select.POLLIN)

    def read(self, command: Sequence[str]) -> None:
        """Until the process has ended and everything is read; ``command`` is named in errors."""
        try:
            self._until_the_end(command)
        finally:
            os.close(self._file)
            if self._end_handle >= 0:
                os.close(self._end_handle)

    def _until_the_end(self, command: Sequence[str]) -> None:
        began = tick = time.monotonic()
        while self._step():
            now = time.monotonic()
            if self._interrupts.count:
                self._interrupted()
            if self._watch.is_enough():
                self._stopped()
                return
            if now - began >= self._watch.timeout:
                self._end()
                raise TimedOutError(command, f"did not end within {self._watch.timeout:g} s and was stopped", b"")
            if now - tick >= self._watch.tick_seconds:
                tick = now
                self._interrupts.call(self._watch.on_tick)
        if self._interrupts.count:
            self._interrupted()

    def _stopped(self) -> None:
        """Interrupts the process as a person would, and waits for its end."""
        signal_group(self._pid, signal.SIGINT)
        self._patient_until = time.monotonic() + self._watch.grace_seconds
        while not self._interrupts.count and time.monotonic() < self._patient_until and self._step():
            pass
        if self._interrupts.count:
            self._interrupted()
        self._end()

    def _step(self) -> bool:
        """Passes on what has come, or waits a little; False when nothing can come any more."""
        if data := os.read(self._file, _CHUNK):
            self._watch.on_output(data)
            return True
        if self._has_ended():
            return self._last_words()
        self._poll.poll(_POLL_SECONDS * 1000)
        self._interrupts.drain()
        return True

    def _last_words(self) -> bool:
        """Ends what the process left running, and passes on what was written up to then."""
        # Terraform takes a second signal as an order to give up at once, and loses what it has just made.
        if self._wait_for_session(self._patient_until):
            _signal_session(self._pid, signal.SIGTERM)
            if self._wait_for_session(time.monotonic() + _END_SECONDS):
                _signal_session(self._pid, signal.SIGKILL)
        while data := os.read(self._file, _CHUNK):
            self._watch.on_output(data)
        return False

    def _interrupted(self) -> NoReturn:
        try:
            is_told = self._interrupts.call(self._watch.on_interrupt)
        except BaseException:
            self._end()
            raise
        self._patient_until = time.monotonic() + self._watch.grace_seconds
        while is_told and self._interrupts.count == 1 and time.monotonic() < self._patient_until and self._step():
            pass
        if self._interrupts.count >= _HURRY:
            _signal_session(self._pid, signal.SIGKILL)
            self._interrupts.call(self._watch.on_interrupt)
        self._end()
        raise KeyboardInterrupt

    def _end(self) -> None:
        """Ends the process with all that it started: TERM first, then KILL."""
        self._patient_until = time.monotonic() + _END_SECONDS
        _signal_session(self._pid, signal.SIGTERM)
        while self._interrupts.count < _HURRY and time.monotonic() < self._patient_until and self._step():
            pass
        _signal_session(self._pid, signal.SIGKILL)
        while not self._has_ended() and time.monotonic() < self._patient_until + _END_SECONDS:
            time.sleep(_POLL_SECONDS / 10)
        self._last_words()

    def _wait_for_session(self, until: float) -> bool:
        """Whether processes of the session are left when the time is over, or a second interrupt came."""
        while process_table.members(self._pid):
            if time.monotonic() >= until or self._interrupts.count >= _HURRY:
                return True
            time.sleep(_POLL_SECONDS)
        return False


def _end_handle(pid: int) -> int:
    """What becomes readable when the process ends; -1 where the system has no such thing."""
    if sys.platform != "linux":
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _signal_session(session: int, number: signal.Signals) -> None:
    """Sends the signal to every process of the session, whatever its group: the installer's own servers have others."""
    for pid in process_table.members(session):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
