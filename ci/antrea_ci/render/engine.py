"""Computes everything that ``render`` owns, compares it with what is there, and writes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.bundle.contents import Bundle, load_bundle
from antrea_ci.bundle.lock import KUSTOMIZATION
from antrea_ci.errors import FindingsError
from antrea_ci.files import read_tree, replace_tree, sweep, write_atomically
from antrea_ci.firewall import rules
from antrea_ci.firewall.current import Needs, remember
from antrea_ci.firewall.outputs import firewall_files
from antrea_ci.model.effective import Cluster, load
from antrea_ci.render.explode import explode
from antrea_ci.render.kustomize import build
from antrea_ci.render.overlay import generated_files
from antrea_ci.render.phase2 import Phase2
from antrea_ci.render.readme import current_readme
from antrea_ci.render.remotes import remote_findings
from antrea_ci.repo import ClusterRepo


@dataclass(frozen=True)
class Rendering:
    """What the sources of a repository give: whole folders, and single files, by their path; the firewall's rules."""

    repo: ClusterRepo
    trees: Mapping[Path, Mapping[str, bytes]]
    files: Mapping[Path, bytes]
    needs: Needs

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
        remember(self.repo, self.needs)
        return changed


def render(repo: ClusterRepo, kustomize: Path, cluster: Cluster | None = None) -> Rendering:
    """What ``repo``'s sources give. Writes nothing. Raises FindingsError with every fault, or KustomizeError.

    ``cluster``, where it was examined before, may have errors; they are not raised again."""
    cluster = cluster or load(repo)
    bundle = load_bundle(repo, cluster.file.flavour)
    generated: dict[Path, Mapping[str, bytes]] = {repo.generated: generated_files(cluster, bundle)}
    later = _phase2(cluster, bundle)
    generated |= later.generated
    if findings := remote_findings(repo):
        raise FindingsError(findings)
    overlays = {repo.overlay: repo.rendered, **later.overlays}
    outputs = _build(repo, kustomize, generated, list(overlays))
    objects = {overlays[overlay]: explode(output, repo.name(overlay)) for overlay, output in outputs.items()}
    needs = Needs(cluster.name, rules(cluster, {name: one.value for name, one in objects[repo.rendered].items()}))
    rendered = {folder: {name: one.data for name, one in found.items()} for folder, found in objects.items()}
    if repo.rendered_nsx in rendered:
        rendered[repo.rendered_nsx] = _beyond(rendered[repo.rendered], rendered[repo.rendered_nsx])
    trees = {
        **generated,
        **rendered,
        repo.firewall: firewall_files(needs.rules),
        **{folder: {} for folder in later.gone},
    }
    return Rendering(repo, trees, _readme(repo, cluster), needs)


def _phase2(cluster: Cluster, bundle: Bundle) -> Phase2:
    repo = cluster.repo
    overlays = (repo.nsx_overlay, repo.nsx_removal_overlay)
    folders = (repo.rendered_nsx, repo.rendered_nsx_removal, *(overlay / "generated" for overlay in overlays))
    if not any((overlay / KUSTOMIZATION).is_file() for overlay in overlays) and not any(map(Path.is_dir, folders)):
        return Phase2({}, {}, ())
    from antrea_ci.nsx.overlay import phase2

    return phase2(cluster, bundle)


def _beyond(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> dict[str, bytes]:
    """What phase 2 adds to what is installed, and what it has otherwise; what is the same is applied once."""
    return {name: data for name, data in second.items() if first.get(name) != data}


def _readme(repo: ClusterRepo, cluster: Cluster) -> dict[Path, bytes]:
    path = repo.readme_file
    if not path.is_file():
        return {}
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    return {path: current_readme(text, cluster, repo.name(path)).encode("utf-8", "surrogateescape")}


def _build(
    repo: ClusterRepo, kustomize: Path, generated: Mapping[Path, Mapping[str, bytes]], overlays: Sequence[Path]
) -> dict[Path, str]:
    """What kustomize builds of each overlay."""
    if all(read_tree(folder) == files for folder, files in generated.items()):
        return {overlay: build(kustomize, overlay, root=repo.root, shown_as=Path()) for overlay in overlays}
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        twin = _twin(repo, Path(folder), generated)
        places = {overlay: twin.root / overlay.relative_to(repo.root) for overlay in overlays}
        return {one: build(kustomize, place, root=twin.root, shown_as=Path()) for one, place in places.items()}


def _twin(repo: ClusterRepo, folder: Path, generated: Mapping[Path, Mapping[str, bytes]]) -> ClusterRepo:
    """The repository with other ``generated/`` files: antrea/ copied, everything else linked, for kustomize to read."""
    antrea = repo.bundle.parent
    for entry in os.scandir(repo.root):
        if entry.name not in (antrea.name, ".git"):
            os.symlink(entry.path, folder / entry.name)
    shutil.copytree(antrea, folder / antrea.name, symlinks=True)
    for place, files in generated.items():
        twin = folder / place.relative_to(repo.root)
        shutil.rmtree(twin, ignore_errors=True)
        replace_tree(twin, files)
    return ClusterRepo(folder)
