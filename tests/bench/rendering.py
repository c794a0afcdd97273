"""Issue 3, section 6: the command line, `new` and `render`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from measure import median, peak_mib, row
from samples import REPOSITORIES, many

from support.repos import template_copy


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
    check = median([*tool, "-C", str(repo), "check", "--no-cache"])
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
        "check": [*tool, "-C", str(repo), "check", "--no-cache"],
        f"render --check of {REPOSITORIES}": [*tool, "render", "--check", *repositories],
    }.items():
        row(f"peak memory of {what}", peak_mib(command), 120, "MiB")


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
