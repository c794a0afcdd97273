"""Issue 5, section 5: `diff` against `kustomize build` of both sides and `dyff between`, and over many repositories."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import yaml
from measure import median, row
from samples import REPOSITORIES, many

TOOL = "antrea-gitops"
OVERLAY = "antrea/overlays/install"
SEEDED = Path(__file__).with_name("changes.yaml")


def bench(folder: Path, kustomize: str) -> None:
    cache, dyff, before = folder / "cache", _dyff(), os.environ.get("XDG_CACHE_HOME")
    _keep_tools(cache)
    os.environ["XDG_CACHE_HOME"] = str(cache)
    repo = folder / "repo"
    subprocess.run([TOOL, "new", "--defaults", str(repo)], check=True, capture_output=True)
    _one_line(folder, repo, kustomize, dyff, cache)
    _recall(folder, repo, kustomize, dyff)
    _many(folder, repo, kustomize, cache)
    os.environ.pop("XDG_CACHE_HOME")
    os.environ.update({"XDG_CACHE_HOME": before} if before else {})


def _one_line(folder: Path, repo: Path, kustomize: str, dyff: str, cache: Path) -> None:
    changed = _copy(repo, folder / "changed")
    _edit(changed / "cluster.yaml", "featureGates: {}", "featureGates: {Egress: true}")
    subprocess.run([TOOL, "-C", str(changed), "render"], check=True, capture_output=True)
    command = [TOOL, "-C", str(changed), "diff", "--base", "HEAD"]
    plain = median(["sh", "-c", _plain(kustomize, dyff, repo, changed)])
    for what, last in {"nothing remembered": None, "the base remembered": 1}.items():
        ours = median(command, before=lambda last=last: _forget(cache, last))
        row(f"diff of one line less the three, {what}", ours - plain, 0.3, "s")
    row("diff of one line less the three, run again", median(command) - plain, 0.3, "s")


def _recall(folder: Path, repo: Path, kustomize: str, dyff: str) -> None:
    """How many of the seeded changes each tells at all, and how many by their whole path."""
    counts = {"antrea-gitops diff": [0, 0], "dyff of what kustomize builds": [0, 0]}
    changes = yaml.safe_load(SEEDED.read_text())
    for number, change in enumerate(changes):
        changed = _copy(repo, folder / f"seeded{number}")
        _edit(changed / change["file"], change["old"], change["new"])
        subprocess.run([TOOL, "-C", str(changed), "render"], check=True, capture_output=True)
        ours = subprocess.run([TOOL, "-C", str(changed), "diff", "--base", "HEAD"], check=False, capture_output=True)
        plain = subprocess.run(["sh", "-c", _plain(kustomize, dyff, repo, changed)], check=False, capture_output=True)
        told = {"antrea-gitops diff": ours.stdout.decode(), "dyff of what kustomize builds": _uncoloured(plain.stdout)}
        for who, text in told.items():
            counts[who][0] += bool(text.strip()) and "No object differs." not in text
            counts[who][1] += change["path"] in text
    for who, (at_all, by_path) in counts.items():
        print(f"{who + ': seeded changes told, by their path':<75} {at_all}, {by_path} of {len(changes)}")


def _uncoloured(text: bytes) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode())


def _many(folder: Path, repo: Path, kustomize: str, cache: Path) -> None:
    repositories = many(folder / "many", repo)
    subprocess.run([TOOL, "render", *repositories], check=True, capture_output=True)
    for path in repositories:
        subprocess.run(["sh", "-c", "git init -q && git add -A && git commit -qm base"], cwd=path, check=True)
    command = [TOOL, "diff", "--base", "HEAD", *repositories]
    _forget(cache)
    none = median(command, runs=3)
    print(f"{'renders with none of the repositories touched':<58} {len(_renders(cache))}")
    _edit(Path(repositories[7]) / "cluster.yaml", "trafficEncapMode: encap", "trafficEncapMode: hybrid")
    subprocess.run([TOOL, "-C", repositories[7], "render"], check=True, capture_output=True)
    touched = median(command, runs=3, before=lambda: _forget(cache))
    listing = folder / "overlays"
    # Both sides of every repository, as a diff that knows nothing has to.
    listing.write_text("".join(f"{path}/{OVERLAY}\n" * 2 for path in repositories))
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    building = median(["sh", "-c", f"xargs -P{workers} -I{{}} {kustomize} build {{}} < {listing}"], runs=3)
    row(f"{REPOSITORIES} repositories, one touched / kustomize build of all", touched / building, 0.1)
    row(f"{REPOSITORIES} repositories, none touched / kustomize build of all", none / building, 0.1)


def _plain(kustomize: str, dyff: str, before: Path, after: Path) -> str:
    builds = (f"{kustomize} build {repo}/{OVERLAY} > {repo}.built.yaml" for repo in (before, after))
    return " && ".join([*builds, f"{dyff} between --omit-header {before}.built.yaml {after}.built.yaml"])


def _copy(repo: Path, folder: Path) -> Path:
    shutil.copytree(repo, folder)
    return folder


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new))


def _renders(cache: Path) -> list[Path]:
    return sorted((cache / "antrea-gitops" / "renders").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)


def _forget(cache: Path, last: int | None = None) -> None:
    """Removes what is remembered: the ``last`` ones that were written, or all."""
    for path in _renders(cache)[-last if last else None :]:
        path.unlink()


def _keep_tools(cache: Path) -> None:
    (cache / "antrea-gitops").mkdir(parents=True)
    (cache / "antrea-gitops" / "tools").symlink_to(_kept() / "tools")


def _dyff() -> str:
    """dyff, which `make bench` has built."""
    return str(_kept() / "programs" / "bin" / "dyff")


def _kept() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "antrea-gitops"
