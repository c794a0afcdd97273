"""Computes everything that ``render`` owns, compares it with what is there, and writes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.bundle.contents import load_bundle
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree, replace_tree, sweep, write_atomically
from antrea_ci.model.effective import Cluster, load
from antrea_ci.render.explode import explode
from antrea_ci.render.kustomize import build
from antrea_ci.render.overlay import generated_files
from antrea_ci.render.readme import current_readme
from antrea_ci.render.remotes import remote_findings
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Rendering:
    """What the sources of a repository give: whole folders, and single files, by their path."""

    repo: ClusterRepo
    trees: Mapping[Path, Mapping[str, bytes]]
    files: Mapping[Path, bytes]

    def stale(self) -> list[str]:
        """The files, as messages name them, that would change, appear or go."""
        names: list[str] = []
        for folder, wanted in self.trees.items():
            found = read_tree(folder)
            changed = {name for name in {*wanted, *found} if wanted.get(name) != found.get(name)}
            names += [self.repo.name(folder / name) for name in changed]
        names += [self.repo.name(path) for path, data in self.files.items() if path.read_bytes() != data]
        return sorted(names)

    def write(self) -> list[str]:
        """Brings the repository up to date and returns what changed. Each folder is swapped in as one step."""
        changed = self.stale()
        for folder, wanted in self.trees.items():
            if folder.is_dir():
                sweep(folder.parent)
            if read_tree(folder) != wanted:
                replace_tree(folder, wanted)
        for path, data in self.files.items():
            if path.read_bytes() != data:
                write_atomically(path, data)
        return changed


def render(repo: ClusterRepo, kustomize: Path, cluster: Cluster | None = None) -> Rendering:
    """What ``repo``'s sources give. Writes nothing. Raises FindingsError with every fault, or KustomizeError.

    ``cluster``, where it was examined before, may have errors; they are not raised again."""
    cluster = cluster or load(repo)
    bundle = load_bundle(repo, cluster.file.flavour)
    generated = generated_files(cluster, bundle)
    if findings := remote_findings(repo):
        raise FindingsError(findings)
    output = _build(repo, kustomize, generated)
    rendered = explode(output, repo.name(repo.overlay))
    return Rendering(repo, {repo.generated: generated, repo.rendered: rendered}, _readme(repo, cluster))


def _readme(repo: ClusterRepo, cluster: Cluster) -> dict[Path, bytes]:
    path = repo.readme_file
    if not path.is_file():
        return {}
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return {path: current_readme(text, cluster, repo.name(path)).encode("utf-8", "surrogateescape")}


def _build(repo: ClusterRepo, kustomize: Path, generated: Mapping[str, bytes]) -> str:
    if read_tree(repo.generated) == generated:
        return build(kustomize, repo.overlay, root=repo.root, shown_as=Path())
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        twin = _twin(repo, Path(folder), generated)
        return build(kustomize, twin.overlay, root=twin.root, shown_as=Path())


def _twin(repo: ClusterRepo, folder: Path, generated: Mapping[str, bytes]) -> ClusterRepo:
    """The repository with other ``generated/`` files: antrea/ copied, everything else linked, for kustomize to read."""
    antrea = repo.bundle.parent
    for entry in os.scandir(repo.root):
        if entry.name not in (antrea.name, ".git"):
            os.symlink(entry.path, folder / entry.name)
    shutil.copytree(antrea, folder / antrea.name, symlinks=True)
    twin = ClusterRepo(folder)
    shutil.rmtree(twin.generated, ignore_errors=True)
    replace_tree(twin.generated, generated)
    return twin
