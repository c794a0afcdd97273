"""Runs the command line in forks of one process that has imported everything: kill tests start it hundreds of times.

A fork has its own environment, folder, output and session, and can be killed (SIGKILL) at any of its points: at changes
of the file system as ``killpoints`` tells them (``change #7``), before and after each entry of an installation's
journal (``entry after phase.begin manifests #1``).
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from support.killpoints import ROOT

_LONGEST_SECONDS = 180
_FOREIGN = ("cryptography.x509", "git", "pyrage", "yaml")


@dataclass(frozen=True)
class Done:
    """How a fork ended. ``code`` is negative for a signal; ``points`` are all that were passed, in order."""

    code: int
    out: str
    err: str
    points: tuple[str, ...]

    @property
    def is_killed(self) -> bool:
        return self.code == -signal.SIGKILL


@dataclass(frozen=True)
class Forker:
    """The process that forks, and the folder for outputs."""

    process: subprocess.Popen[str]
    folder: Path

    def run(self, argv: Sequence[str], env: Mapping[str, str], *, cwd: Path, kill: str = "") -> Done:
        """Runs ``antrea-gitops ARGV`` to its end; ``kill`` is one of the points of such a run."""
        request = {"argv": list(argv), "env": dict(env), "cwd": str(cwd), "kill": kill, "out": str(self.folder)}
        to, answers = self.process.stdin, self.process.stdout
        assert to is not None
        assert answers is not None
        to.write(json.dumps(request) + "\n")
        to.flush()
        code = int(answers.readline())
        texts = [(self.folder / name).read_text(errors="replace") for name in ("out", "err", "points")]
        return Done(code, texts[0], texts[1], tuple(texts[2].splitlines()))


@cache
def forker() -> Forker:
    """The process that forks for these tests; it ends with them."""
    folder = Path(tempfile.mkdtemp(prefix="forks-of-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / f) for f in ("ci", "generator", "tests"))}
    command = [sys.executable, "-m", "support.forked"]
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)  # the end of its input is its end
    return Forker(process, folder)


def run_with_kill(argv: Sequence[str], n: int, *, env: Mapping[str, str] | None = None) -> bool:
    """Runs ``antrea-gitops ARGV`` and kills it at its ``n``-th change. False if it ended by itself, with exit code 0.

    Any other end is an AssertionError with what the run printed.
    """
    done = _run(argv, env, f"change #{n}")
    assert done.is_killed or done.code == 0, done
    return done.is_killed


def points(argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> int:
    """At how many changes ``antrea-gitops ARGV`` can be killed. It is run once, to its end."""
    done = _run(argv, env, "")
    assert done.code == 0, done
    return sum(point.startswith("change ") for point in done.points)


def _run(argv: Sequence[str], env: Mapping[str, str] | None, kill: str) -> Done:
    return forker().run(argv, {**os.environ, **(env or {})}, cwd=Path.cwd(), kill=kill)


class _Points:
    """Names points as they pass, each ``KIND WHAT #N``, and kills this process at the chosen one.

    Changes are numbered through; of an entry of the journal N counts those of the same name.
    """

    def __init__(self, kill: str, stream: IO[str]) -> None:
        self._kill = kill
        self._stream = stream
        self._passed: Counter[str] = Counter()

    def change(self, label: str) -> None:
        self._pass("change", label, "")

    def entry(self, label: str) -> None:
        self._pass("entry", label, label)

    def _pass(self, kind: str, label: str, counted: str) -> None:
        self._passed[counted] += 1
        number = self._passed[counted]
        self._stream.write(f"{kind} {label} #{number}\n")
        self._stream.flush()
        if self._kill in (f"{kind} #{number}", f"{kind} {label} #{number}"):
            os.kill(os.getpid(), signal.SIGKILL)

    def around_entries(self) -> None:
        """A point before and one after each entry of a journal."""
        from antrea_ci.install.journal import Journal

        append = Journal.append

        def counted(journal: Journal, event: str, **values: Any) -> Any:
            label = f"{event} {values.get('phase') or values.get('verb') or values.get('stage') or ''}".strip()
            self.entry(f"before {label}")
            entry = append(journal, event, **values)
            self.entry(f"after {label}")
            return entry

        Journal.append = counted


def _serve() -> None:
    for name in (*_FOREIGN, *_own_modules()):
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(request)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _own_modules() -> list[str]:
    names: list[str] = []
    for package in ("antrea_ci", "antrea_generator"):
        paths = importlib.import_module(package).__path__
        names += [module.name for module in pkgutil.walk_packages(paths, f"{package}.")]
    return [name for name in names if not name.endswith("__main__")]


def _child(request: Mapping[str, Any]) -> None:
    """The command line, in the place of this process; what does not end is ended by the alarm."""
    signal.alarm(_LONGEST_SECONDS)
    folder = Path(request["out"])
    os.setsid()
    for target, name in ((1, "out"), (2, "err")):
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, target)
        os.close(handle)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    points = (folder / "points").open("w")
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    tempfile.tempdir = None
    code = 3
    try:
        code = _main(request, points)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _main(request: Mapping[str, Any], stream: IO[str]) -> int:
    from antrea_generator.cli import main
    from support.killpoints import count_changes

    points = _Points(request["kill"], stream)
    points.around_entries()
    count_changes(points.change)
    return main(request["argv"])


if __name__ == "__main__":
    _serve()
