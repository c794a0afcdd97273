"""Runs the command line in a process that is killed (SIGKILL) at its n-th change of the file system.

Points are counted before each change that Python's audit events announce (opening for writing, making, renaming and
removing), after each opening for writing (the file is there and empty), before a program is started, and before and
after the exchange of two folders, which no event announces.
"""

from __future__ import annotations

import builtins
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_CHANGES = {
    "os.rename",
    "os.mkdir",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.chmod",
    "os.truncate",
    "os.utime",
    "subprocess.Popen",
    "os.posix_spawn",
}
_COUNT = "points passed: "
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def run_with_kill(
    argv: Sequence[str], n: int, *, cwd: Path | None = None, env: Mapping[str, str] | None = None, timeout: float = 120
) -> bool:
    """Runs ``antrea-gitops ARGV`` and kills it at point ``n`` (from 1). False if it ended by itself, with exit code 0.

    Any other end is an AssertionError with what the run printed.
    """
    done = _run(argv, n, cwd, env or {}, timeout)
    if done.returncode == -signal.SIGKILL:
        return True
    assert done.returncode == 0, (done.returncode, done.stdout.decode(), done.stderr.decode())
    return False


def points(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
    """At how many points ``antrea-gitops ARGV`` can be killed. It is run once, to its end."""
    done = _run(argv, 0, None, env or {}, 120)
    assert done.returncode == 0, (done.returncode, done.stdout.decode(), done.stderr.decode())
    return int(done.stderr.decode().rpartition(_COUNT)[2])


def _run(
    argv: Sequence[str], n: int, cwd: Path | None, env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **env, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] = os.pathsep.join(str(ROOT / folder) for folder in ("ci", "generator", "tests"))
    command = [sys.executable, "-m", "support.killpoints", str(n), *argv]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, timeout=timeout, check=False)


class _Killer:
    """Ends this process at the n-th point; at none for 0."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.passed = 0

    def point(self, _: str) -> None:
        self.passed += 1
        if self.passed == self.n:
            os.kill(os.getpid(), signal.SIGKILL)


def count_changes(point: Callable[[str], None]) -> None:
    """From now on ``point`` is called at each change of the file system that this process makes, with what it is."""
    from antrea_ci import files

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and _opens_for_writing(arguments)):
            point(f"{event} {arguments[0]}")

    files._exchange = _around(files._exchange, point)
    io.open = builtins.open = _after_opening(io.open, point)
    sys.addaudithook(audit)


def _after_opening(opening: Callable[..., Any], point: Callable[[str], None]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        stream = opening(*args, **kwargs)
        if not isinstance(args[0], int) and stream.writable():
            point(f"opened {args[0]}")
        return stream

    return wrapped


def _around(function: Callable[..., Any], point: Callable[[str], None]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        point("before exchange")
        result = function(*args, **kwargs)
        point("after exchange")
        return result

    return wrapped


def _opens_for_writing(arguments: tuple[Any, ...]) -> bool:
    path, _, flags = arguments
    return isinstance(path, str | bytes) and os.fsdecode(path) != os.devnull and bool(flags & _WRITING)


def _main() -> None:
    from antrea_generator.cli import main

    killer = _Killer(int(sys.argv[1]))
    count_changes(killer.point)
    code = main(sys.argv[2:])
    sys.stderr.write(f"{_COUNT}{killer.passed}")
    sys.exit(code)


if __name__ == "__main__":
    _main()
