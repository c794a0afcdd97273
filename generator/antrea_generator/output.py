"""What the verbs' outputs have in common."""

from __future__ import annotations

import json
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


def as_json(value: object) -> str:
    """``value`` as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def worst(codes: Iterable[int]) -> int:
    """The exit code of several outcomes together: the highest."""
    return max(codes, default=0)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def count(number: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {what}{'' if number == 1 else 's'}"
