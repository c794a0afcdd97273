"""Issue 7, section 7: `firewall report` over `--version`."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

from measure import median, row

from support.repos import ROOT

TOOL = "antrea-gitops"
ARTICLE = ROOT / "docs/examples/article.answers.yml"


def bench(folder: Path, _: str) -> None:
    repo, cache = folder / "repo", folder / "cache"
    subprocess.run([TOOL, "new", str(repo), "--defaults", "--data-file", str(ARTICLE)], check=True, capture_output=True)
    version = median([TOOL, "--version"])
    report = ["env", f"XDG_CACHE_HOME={cache}", TOOL, "-C", str(repo), "firewall", "report"]
    anew = median(report, before=partial(shutil.rmtree, cache, ignore_errors=True))
    row("firewall report over --version", median(report) - version, 0.3, "s")
    row("the same of files that were never looked at", anew - version, 0.6, "s")
