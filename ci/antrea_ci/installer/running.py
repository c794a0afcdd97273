"""Runs openshift-install: its output is redacted, kept, shown and judged while it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from antrea_ci.following import ProcessId, TimedOutError, Watch, attach, follow
from antrea_ci.installer.known import flags
from antrea_ci.installer.outcome import Outcome
from antrea_ci.installer.program import Installer
from antrea_ci.installer.progress import Progress
from antrea_ci.installer.reading import Reading

_TICK_SECONDS = 1.0
# What it creates after a fatal line is lost; the other verbs end by themselves, and may have more to tell.
_STOPPED_AT_ONCE = "create cluster"


@dataclass(frozen=True)
class Hooks:
    """What the caller does while the installer runs; see following.Watch. ``on_tick`` is called about every second."""

    on_start: Callable[[ProcessId], None]
    on_interrupt: Callable[[], None]
    on_tick: Callable[[], None]


@dataclass(frozen=True)
class Errand:
    """One call of the installer: ``verb`` (such as ``("create", "cluster")``) in ``folder``, for ``timeout`` seconds.

    ``output`` gets its raw output, ``log`` the whole of it redacted.
    """

    installer: Installer
    verb: Sequence[str]
    folder: Path
    output: Path
    log: Path
    progress: Progress
    hooks: Hooks
    timeout: float

    @property
    def name(self) -> str:
        """The verb without its flags."""
        return " ".join(takewhile(lambda word: not word.startswith("-"), self.verb))


def run_installer(errand: Errand, env: Mapping[str, str]) -> Outcome:
    """Runs the installer; ``env`` is its whole environment.

    A first interrupt is passed on, a time-out ends everything that the installer started; KeyboardInterrupt follows an
    interrupt, a time-out is told in the outcome. A fatal line of `create cluster` interrupts it at once.
    """
    flagged = [*errand.verb, "--dir", str(errand.folder), *flags(errand.name, errand.installer.minor)]
    command = [str(errand.installer.path), *flagged]
    return _heard(errand, lambda watch: follow(command, cwd=errand.folder, env=env, output=errand.output, watch=watch))


def attach_installer(errand: Errand, process: ProcessId) -> Outcome:
    """Follows an installer that outlived us, from the start of its output; ``code`` is None."""
    return _heard(errand, lambda watch: attach(process, output=errand.output, watch=watch))


def _heard(errand: Errand, run: Callable[[Watch], int | None]) -> Outcome:
    reading = Reading(errand.name, errand.installer.minor, errand.folder, errand.log, errand.progress)
    watch = _watch(errand, reading)
    return _outcome(errand, reading, lambda: run(watch))


def _watch(errand: Errand, reading: Reading) -> Watch:
    hooks = errand.hooks

    def tick() -> None:
        errand.progress.beat()
        hooks.on_tick()

    return Watch(
        on_output=reading.feed,
        on_start=hooks.on_start,
        on_interrupt=hooks.on_interrupt,
        on_tick=tick,
        tick_seconds=_TICK_SECONDS,
        timeout=errand.timeout,
        is_enough=lambda: errand.name == _STOPPED_AT_ONCE and bool(reading.fatal),
    )


def _outcome(errand: Errand, reading: Reading, run: Callable[[], int | None]) -> Outcome:
    begin = time.monotonic()
    is_timed_out = False
    code = None
    try:
        code = run()
    except TimedOutError:
        is_timed_out = True
    finally:
        reading.end()
        errand.progress.done()
    outcome = Outcome(
        verb=errand.name,
        code=code,
        fatal=reading.fatal,
        stages=reading.stages,
        cause=None,
        seconds=time.monotonic() - begin,
        last_errors=reading.last_errors,
        said_done=reading.said_done,
        is_timed_out=is_timed_out,
        told_seconds=reading.total_seconds,
    )
    return outcome if outcome.succeeded else replace(outcome, cause=reading.cause(code))
