"""Issue 7, section 7: `report`, as a whole process."""

from __future__ import annotations

import subprocess
from pathlib import Path

from checking import ARTICLE, TOOL
from measure import median, row


def bench(folder: Path, kustomize: str) -> None:
    repo, cache = folder / "repo", folder / "cache"
    subprocess.run([TOOL, "new", str(repo), "--defaults", "--data-file", str(ARTICLE)], check=True, capture_output=True)
    command = [TOOL, "-C", str(repo), "report"]
    row("report, the findings known", median(command), 1, "s")
    # Where `check` has not seen this content before; kustomize stays at hand.
    fresh = ["env", f"XDG_CACHE_HOME={cache}", f"PATH={Path(kustomize).parent}:/usr/bin:/bin"]
    found = subprocess.run(["sh", "-c", f"command -v {TOOL}"], check=True, capture_output=True, text=True)
    first = [*fresh, found.stdout.strip(), *command[1:]]
    row("report where nothing is remembered", median(first, before=lambda: _forget(cache)), 2, "s")
    size = (repo / "report/cluster.html").stat().st_size
    row("size of the page", size / 1024, 300, "KiB")


def _forget(cache: Path) -> None:
    subprocess.run(["rm", "-rf", str(cache)], check=True)
