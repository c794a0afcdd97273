"""What the files of one state give when they are rendered, in a folder of its own, remembered by their content."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, TypedDict, cast

from antrea_ci import memory
from antrea_ci.diff.export import export
from antrea_ci.diff.revisions import File, State
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.repo import NOT_RENDERED_FROM, PIPELINES, ClusterRepo

if TYPE_CHECKING:
    from antrea_ci.bundle.objects import BundleObject

_WHAT = "renders"
_OWNER = "cluster.yaml"
_BASES = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


_LISTS: Final = ("stale", "images", "networks", "firewall")


_PHASES: Final = ("rendered", "nsx", "removal")


class _Kept(TypedDict):
    rendered: dict[str, str]
    nsx: dict[str, str]
    removal: dict[str, str]
    stale: list[str]
    images: list[str]
    networks: list[str]
    firewall: list[str]


@dataclass(frozen=True)
class Built:
    """What a state gives: its manifests by file name, which of its files are stale, and lists for the summary.

    ``nsx`` and ``removal`` are the manifests of phase 2, if it is prepared.
    """

    rendered: dict[str, str]
    nsx: dict[str, str]
    removal: dict[str, str]
    stale: list[str]
    images: list[str]
    networks: list[str]
    firewall: list[str]


def inputs(names: Iterable[str], *, among: Iterable[str]) -> list[str]:
    """Those of ``names`` that can decide what a state gives, or that are part of it; ``among`` are all of its files."""
    # An overlay may build from any folder that kustomize can build.
    bases = {name.split("/")[0] for name in among if PurePosixPath(name).name in _BASES}
    apart = tuple(folder for folder in PIPELINES if folder.rstrip("/") not in bases)
    return [name for name in names if name not in NOT_RENDERED_FROM and not name.startswith(apart)]


def build(state: State, shown_as: str) -> Built:
    """Renders ``state`` without touching it. ``shown_as`` is what messages call it.

    Raises AntreaGitopsError where it cannot be rendered, MissingRequirementError without kustomize.
    """
    names = list(state.names())
    files = state.read(inputs(names, among=names))
    if _OWNER not in files:
        raise AntreaGitopsError(
            f"{shown_as} has no {_OWNER}, so it is no cluster repository", fix="restore it from Git"
        )
    key = _key(files)
    if built := _recalled(key):
        return built
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        export(files, Path(folder), shown_as)
        built, objects = _built(ClusterRepo(Path(folder).resolve()))
    if not _holds_a_secret(objects):
        memory.keep(_WHAT, key, json.dumps(asdict(built)).encode())
    return built


def _built(repo: ClusterRepo) -> tuple[Built, Sequence[BundleObject]]:
    from antrea_ci.bundle.objects import read_objects
    from antrea_ci.diff.overview import images, networks
    from antrea_ci.model.effective import load
    from antrea_ci.render.engine import render
    from antrea_ci.render.kustomize import find_kustomize

    cluster = load(repo)
    rendering = render(repo, find_kustomize(repo), cluster)
    folders = (repo.rendered, repo.rendered_nsx, repo.rendered_nsx_removal)
    trees = [rendering.trees.get(folder, {}) for folder in folders]
    objects = [one for tree, at in zip(trees, folders, strict=True) for one in read_objects(tree, repo.name(at))]
    install, nsx, removal = ({name: data.decode() for name, data in tree.items()} for tree in trees)
    lists = images(objects), networks(cluster), [rule.as_text() for rule in rendering.needs.rules]
    return Built(install, nsx, removal, rendering.stale(), *lists), objects


def _holds_a_secret(objects: Sequence[BundleObject]) -> bool:
    """What is remembered lies outside of the repository, where nobody expects one."""
    from antrea_ci.diff.structure import without_secrets

    return any(without_secrets(one.value, kind=one.kind) != one.value for one in objects)


def _key(files: Mapping[str, File]) -> str:
    digest = hashlib.sha256(repr(memory.own_state()).encode())
    for name, file in sorted(files.items()):
        content = hashlib.sha256(file.data).digest()
        digest.update(os.fsencode(name) + b"\0" + file.mode.encode() + content)
    return digest.hexdigest()


def _recalled(key: str) -> Built | None:
    data = memory.recall(_WHAT, key)
    with suppress(ValueError, KeyError, TypeError):
        kept = cast("dict[str, object]", json.loads(data)) if data else {}
        # Whoever can write there can make it anything; what is no state is not remembered.
        dicts, lists = ((kept[name] for name in names) for names in ((_PHASES, _LISTS) if kept else ((), ())))
        if kept and all(isinstance(one, dict) for one in dicts) and all(isinstance(one, list) for one in lists):
            return Built(**cast("_Kept", kept))
    return None
