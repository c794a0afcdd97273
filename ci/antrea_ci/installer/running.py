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


def run_installer(
    installer: Installer,
    verb: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    output: Path,
    log: Path,
    progress: Progress,
    hooks: Hooks,
    timeout: float,
) -> Outcome:
    """Runs ``verb`` (such as ``("create", "cluster")``) in ``folder``.

    ``output`` gets the raw output, ``log`` the whole of it redacted. A first interrupt is passed on, a time-out ends
    everything that the installer started; KeyboardInterrupt follows an interrupt, a time-out is told in the outcome. A
    fatal line of `create cluster` interrupts it at once.
    """
    name = _name(verb)
    command = [str(installer.path), *verb, "--dir", str(folder), *flags(name, installer.minor)]
    reading = Reading(name, installer.minor, folder, log, progress)
    watch = _watch(name, reading, progress, hooks, timeout)
    return _outcome(name, reading, progress, lambda: follow(command, cwd=folder, env=env, output=output, watch=watch))


def attach_installer(
    process: ProcessId,
    installer: Installer,
    verb: Sequence[str],
    *,
    folder: Path,
    output: Path,
    log: Path,
    progress: Progress,
    hooks: Hooks,
    timeout: float,
) -> Outcome:
    """Follows an installer that outlived us, from the start of its output; ``code`` is None."""
    name = _name(verb)
    reading = Reading(name, installer.minor, folder, log, progress)
    watch = _watch(name, reading, progress, hooks, timeout)
    return _outcome(name, reading, progress, lambda: attach(process, output=output, watch=watch))


def _name(verb: Sequence[str]) -> str:
    return " ".join(takewhile(lambda word: not word.startswith("-"), verb))


def _watch(verb: str, reading: Reading, progress: Progress, hooks: Hooks, timeout: float) -> Watch:
    def tick() -> None:
        progress.beat()
        hooks.on_tick()

    return Watch(
        on_output=reading.feed,
        on_start=hooks.on_start,
        on_interrupt=hooks.on_interrupt,
        on_tick=tick,
        tick_seconds=_TICK_SECONDS,
        timeout=timeout,
        is_enough=lambda: verb == _STOPPED_AT_ONCE and bool(reading.fatal),
    )


def _outcome(verb: str, reading: Reading, progress: Progress, run: Callable[[], int | None]) -> Outcome:
    begin = time.monotonic()
    is_timed_out = False
    code = None
    try:
        code = run()
    except TimedOutError:
        is_timed_out = True
    finally:
        reading.end()
        progress.done()
    outcome = Outcome(
        verb=verb,
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
