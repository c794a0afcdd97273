"""Conflicts as Git knows them, so that `git status` shows them and `git commit` refuses them until they are added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from antrea_ci import vcs
from antrea_generator.update.scratch import Scratch


@dataclass(frozen=True)
class Stage:
    """One side of a file in conflict: 1 what the template wrote before, 2 the people's, 3 what it writes now."""

    mode: str
    data: bytes
    number: str
    path: str


def unmerged(clone: Scratch) -> list[Stage]:
    """The sides of every conflict that Copier recorded in the clone; paths are from its top."""
    lines = clone.git("ls-files", "--unmerged", "-z").decode("utf-8", "surrogateescape").split("\0")
    found = [(*line.partition("\t")[0].split(), line.partition("\t")[2]) for line in lines if line]
    data = vcs.blobs(clone.top, [blob for _, blob, _, _ in found])
    return [Stage(mode, data[blob], number, path) for mode, blob, number, path in found]


def record(root: Path, stages: list[Stage]) -> None:
    """Puts the sides into the index of the repository at ``root`` in place of the one that is there."""
    lines = list(_lines(root, stages))
    if lines:
        # Paths count from the top of the work tree, wherever this runs.
        vcs.git(root, "update-index", "-z", "--index-info", stdin="".join(lines).encode("utf-8", "surrogateescape"))


def _lines(root: Path, stages: list[Stage]) -> Iterator[str]:
    for path in dict.fromkeys(stage.path for stage in stages):
        yield f"0 {'0' * 40}\t{path}\0"
    for stage in stages:
        done = vcs.git(root, "hash-object", "-w", "--no-filters", "--stdin", stdin=stage.data)
        if done is not None and done.code == 0:
            yield f"{stage.mode} {done.stdout.decode().strip()} {stage.number}\t{stage.path}\0"
