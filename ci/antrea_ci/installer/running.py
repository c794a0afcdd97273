"""Runs openshift-install: its output is redacted, kept, shown and judged while it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.following import ProcessId
from antrea_ci.installer.outcome import Outcome
from antrea_ci.installer.program import Installer
from antrea_ci.installer.progress import Progress


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
    everything that the installer started; KeyboardInterrupt follows an interrupt, a time-out is told in the outcome.
    """
    raise NotImplementedError


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
    raise NotImplementedError
