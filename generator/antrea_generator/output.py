"""What the verbs' outputs have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
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


def worst(codes: Iterable[int]) -> int:
    """The exit code of several outcomes together: the highest."""
    return max(codes, default=0)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
