"""What the verbs' outputs have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


def formats(function: Callable[P, R]) -> Callable[P, R]:
    """Adds ``--format text|json`` as the parameter ``output_format``."""
    option = click.option(
        "--format",
        "output_format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json prints JSON alone on standard output.",
    )
    return option(function)


def report_file(function: Callable[P, R]) -> Callable[P, R]:
    """Adds ``--report FILE`` as the parameter ``report_to``."""
    option = click.option(
        "--report",
        "report_to",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the JSON form there too; its folder is made.",
    )
    return option(function)


def write_report(path: Path, text: str) -> None:
    """Writes ``text``, redacted, and a line break to ``path``; UsageError where it cannot."""
    from antrea_ci import redaction

    write_output(path, redaction.data(f"{text}\n".encode()))


def write_output(path: Path, data: bytes) -> None:
    """Writes ``data`` to ``path``, a file in one step, whose folder is made; UsageError where it cannot."""
    from antrea_ci.errors import UsageError
    from antrea_ci.files import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.write_bytes(data)  # /dev/stdout, a pipe: nothing to be replaced
        else:
            write_atomically(path, data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", fix="name another file") from None


def worst(codes: Iterable[int]) -> int:
    """The exit code of several outcomes together: the highest."""
    return max(codes, default=0)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
