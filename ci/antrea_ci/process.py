"""The only module that starts a program."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from antrea_ci import redaction
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError

_GRACE_SECONDS = 5.0
_FATAL = (signal.SIGTERM, signal.SIGHUP)
# The shell becomes the program, under the same process id. `env` takes away what shells put into an environment.
_HOLD = 'read -r antrea_gitops_line && exec "$@" </dev/null'
_SET_BY_SHELLS = ("PWD", "OLDPWD", "SHLVL", "_")
_OURS = "ANTREA_GITOPS_"
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Completed:
    """What a program left: its exit code and both outputs, undecoded."""

    code: int
    stdout: bytes
    stderr: bytes


class ProcessError(AntreaGitopsError):
    """A program failed or ran out of time. The message names the command, its exit code and what it wrote to stderr.

    stdout never goes into the message: it may hold rendered Secrets.
    """

    def __init__(self, command: Sequence[str], outcome: str, stderr: bytes, *, fix: str = "") -> None:
        text = redaction.text(stderr.decode("utf-8", "replace").strip())
        shown = "\n".join(f"    {line}" for line in text.splitlines()[-40:])
        message = f"`{redaction.text(shlex.join([Path(command[0]).name, *command[1:]]))}` {outcome}"
        super().__init__(f"{message}\n{shown}" if shown else message, fix=fix)
        self.stderr = text


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    timeout: float = 60.0,
    check: bool = True,
) -> Completed:
    """Runs ``command`` (no shell) in a session of its own and returns what it left.

    ``env`` is the whole environment (None: ``environment()``), ``timeout`` in seconds. On time-out, interrupt, TERM or
    HUP the whole process group is ended, TERM first, then KILL. With ``check`` an exit code other than 0 raises
    ProcessError; a program that cannot be started raises MissingRequirementError.
    """
    pipe = subprocess.PIPE
    child = _start(command, cwd, env, stdin=pipe if stdin else subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    with orderly_end(), _noted(child):
        try:
            stdout, stderr = child.communicate(stdin or None, timeout=timeout)
        except subprocess.TimeoutExpired:
            stderr = _end(child)
            raise ProcessError(command, f"did not end within {timeout:g} s and was stopped", stderr) from None
        except BaseException:
            _end(child)
            raise
    if check and child.returncode != 0:
        raise ProcessError(command, f"failed with exit code {child.returncode}", stderr)
    return Completed(child.returncode, stdout, stderr)


def end_all() -> None:
    """Sends TERM to every program that ``run`` waits for in another thread: an interrupt reaches the main one alone."""
    for child in tuple(_running):
        signal_group(child.pid, signal.SIGTERM)


@contextmanager
def _noted(child: subprocess.Popen[bytes]) -> Generator[None]:
    _running.add(child)
    try:
        yield
    finally:
        _running.discard(child)


def start_held(
    command: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], output: int
) -> subprocess.Popen[bytes]:
    """Starts ``command`` in a session of its own, held back until a line is written to its ``stdin``.

    If that is closed instead, also because we were killed, the program never runs. Both its outputs go to the open
    file ``output``; its own stdin is empty. Raises MissingRequirementError if there is no such program.
    """
    if shutil.which(command[0], path=env.get("PATH")) is None:
        raise MissingRequirementError(f"cannot run `{command[0]}`: no such program, or it is not executable")
    unset = [part for name in _SET_BY_SHELLS if name not in env for part in ("-u", name)]
    held = ["/bin/sh", "-c", _HOLD, "sh", "/usr/bin/env", *unset, *command]
    return _start(held, cwd, env, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)


def _start(
    command: Sequence[str], cwd: Path | None, env: Mapping[str, str] | None, *, stdin: int, stdout: int, stderr: int
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            cwd=cwd,
            env=environment() if env is None else dict(env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    except OSError as error:
        if cwd is not None and not cwd.is_dir():
            raise
        raise MissingRequirementError(f"cannot run `{command[0]}`: {error.strerror}") from None


def environment() -> dict[str, str]:
    """This process's environment without our own variables: they hold secrets that no other program needs."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


@contextmanager
def orderly_end() -> Generator[None]:
    """Turns TERM and HUP into an orderly exit: children have a session of their own and would not get them, and
    temporary folders would stay."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _FATAL}
    ours = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _: FrameType | None) -> NoReturn:
    # The exit code that a shell would give to a process ended by this signal.
    raise SystemExit(128 + number)


def _end(child: subprocess.Popen[bytes]) -> bytes:
    """Ends the child's process group, whatever else comes in between, and returns what it had written to stderr."""
    try:
        signal_group(child.pid, signal.SIGTERM)
        stderr = _stderr_within(child, _GRACE_SECONDS)
    finally:
        # A grandchild may ignore TERM, or outlive the child with its outputs closed.
        signal_group(child.pid, signal.SIGKILL)
    if stderr is None:
        stderr = _stderr_within(child, _GRACE_SECONDS)
    child.wait()
    for stream in (child.stdout, child.stderr, child.stdin):
        if stream is not None:
            stream.close()
    return stderr or b""


def _stderr_within(child: subprocess.Popen[bytes], seconds: float) -> bytes | None:
    """All of stderr, or None if somebody still holds it open when the time is over."""
    try:
        return child.communicate(timeout=seconds)[1]
    except subprocess.TimeoutExpired:
        return None


def signal_group(group: int, number: signal.Signals) -> None:
    """Sends the signal to every process of the group; none left is no error."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
