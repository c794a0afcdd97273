"""``make bench``: speed and memory as ratios of whole-process medians against the plain tools, in one run.

Nothing here fails because of a slow machine; the table shows each figure beside its limit (issue 3, section 6).
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from support.repos import template_copy  # noqa: E402 - the path above finds it

REPOSITORIES = 200
RUNS = 7


def median(command: list[str], *, runs: int = RUNS, before: Callable[[], None] = lambda: None) -> float:
    """Seconds of the median run of a whole process."""
    times: list[float] = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
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
    sense = "at least" if unit == "%" else "at most"
    good = measured >= limit if unit == "%" else measured <= limit
    print(f"{what:<58} {measured:8.2f} {unit:<3} {sense} {limit:g} {'' if good else '  <-- missed'}")


def many(folder: Path, sample: Path) -> list[str]:
    """Repositories that differ in networks, images and gates."""
    for number in range(REPOSITORIES):
        copy = folder / f"r{number:03d}"
        shutil.copytree(sample, copy, ignore=shutil.ignore_patterns(".git"))
        for name, changes in {
            "install-config.yaml": {"10.0.0.": f"10.{number % 100 + 1}.0."},
            "cluster.yaml": {
                "v1.14.1": f"v1.14.{number}",
                "featureGates: {}": f"featureGates: {{Egress: {'true' if number % 2 else 'false'}}}",
            },
        }.items():
            text = (copy / name).read_text()
            for old, new in changes.items():
                text = text.replace(old, new)
            (copy / name).write_text(text)
    return [str(path) for path in sorted(folder.iterdir())]


def main() -> None:
    from antrea_ci.tools.find import kustomize_path

    kustomize = str(kustomize_path())
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-bench-") as name:
        bench(Path(name), kustomize)


def bench(folder: Path, kustomize: str) -> None:
    repo, copy = folder / "repo", folder / "copy"
    tool = ["antrea-gitops"]
    subprocess.run([*tool, "new", "--defaults", str(repo)], check=True, capture_output=True)
    overlay = str(repo / "antrea" / "overlays" / "install")

    python = median([sys.executable, "-c", "pass"], runs=21)
    row("--version / python -c pass", median([*tool, "--version"], runs=21) / python, 4)
    row("--help / python -c pass", median([*tool, "--help"], runs=21) / python, 6)

    build = median([kustomize, "build", overlay])
    row(
        "render --check less bare kustomize build",
        median([*tool, "-C", str(repo), "render", "--check"]) - build,
        0.35,
        "s",
    )
    check = median([*tool, "-C", str(repo), "check"])
    template = str(template_copy())
    bare = median(["copier", "copy", "--quiet", "--defaults", template, str(copy)], before=lambda: remove(copy))
    new = median([*tool, "new", "--defaults", str(folder / "new")], before=lambda: remove(folder / "new"))
    row("(new - check) / (copier copy + kustomize build)", (new - check) / (bare + build), 1.3)

    repositories = many(folder / "many", repo)
    subprocess.run([*tool, "render", *repositories], check=True, capture_output=True)
    ours = median([*tool, "render", "--check", *repositories], runs=3)
    overlays = "\n".join(f"{path}/antrea/overlays/install" for path in repositories)
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    listing = folder / "overlays"
    listing.write_text(overlays)
    plain = median(["sh", "-c", f"xargs -P{workers} -I{{}} {kustomize} build {{}} < {listing}"], runs=3)
    row(f"throughput of {REPOSITORIES} repositories against xargs kustomize", 100 * plain / ours, 40, "%")

    for what, command in {
        "new": [*tool, "new", "--defaults", str(folder / "memory")],
        "render --check": [*tool, "-C", str(repo), "render", "--check"],
        "check": [*tool, "-C", str(repo), "check"],
        f"render --check of {REPOSITORIES}": [*tool, "render", "--check", *repositories],
    }.items():
        row(f"peak memory of {what}", peak_mib(command), 120, "MiB")


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
