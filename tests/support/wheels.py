"""This project's wheel, and an index on loopback that serves it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from support.http_server import Answer, serve
from support.repos import ROOT


def build_wheel(folder: Path) -> Path:
    """Builds the wheel of the checkout into ``folder``."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@contextmanager
def served(wheel: Path) -> Generator[str]:
    """The address of a page that links to ``wheel``, for pip's ``--find-links``."""
    page = f'<a href="/{wheel.name}">{wheel.name}</a>'.encode()
    answers = {"/": Answer(page, headers={"Content-Type": "text/html"}), f"/{wheel.name}": Answer(wheel.read_bytes())}
    with serve(answers) as server:
        yield f"{server.url}/"
