"""Medians of whole processes, their peak memory, and rows of the table."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

RUNS = 7


def median(command: list[str], *, runs: int = RUNS, before: Callable[[], None] = lambda: None) -> float:
    """Seconds of the median run of a whole process."""
    times: list[float] = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def peak_mib(command: list[str]) -> float:
    """The largest resident size of a run and of the programs that it starts."""
    code = "import resource,subprocess,sys; subprocess.run(sys.argv[1:],check=True,capture_output=True); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True)
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return int(done.stdout) / unit


def row(what: str, measured: float, limit: float, unit: str = "x") -> None:
    is_speed = unit in ("%", "MB/s")
    sense = "at least" if is_speed else "at most"
    good = measured >= limit if is_speed else measured <= limit
    print(f"{what:<58} {measured:8.2f} {unit:<4} {sense} {limit:g} {'' if good else '  <-- missed'}")
