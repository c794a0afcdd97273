"""What the ways of having a program share."""

from __future__ import annotations

import subprocess
from pathlib import Path

_MINUTES = 20 * 60


class CannotInstallError(Exception):
    """A program cannot be had here; the text says what is missing and what to do."""


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> None:
    """Runs a command; what it wrote at its end is told if it fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, check=False, capture_output=True, text=True, timeout=_MINUTES
        )
    except subprocess.TimeoutExpired:
        raise CannotInstallError(f"`{' '.join(command)}` did not end within {_MINUTES // 60} minutes") from None
    if done.returncode:
        shown = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).strip().splitlines()[-15:])
        raise CannotInstallError(f"`{' '.join(command)}` failed with exit code {done.returncode}\n{shown}")


def mark(program: Path, stamp: str) -> None:
    """Remembers of what the program was made."""
    program.with_name(f".{program.name}").write_text(stamp)


def is_current(program: Path, stamp: str) -> bool:
    """Whether the program is there and was made of the same."""
    marked = program.with_name(f".{program.name}")
    return program.exists() and marked.exists() and marked.read_text() == stamp
