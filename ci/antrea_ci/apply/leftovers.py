"""Objects that rendered/ once had and the cluster still has: nobody applies them any more, and nobody removes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from antrea_ci import vcs
from antrea_ci.apply.fieldsets import entries
from antrea_ci.apply.predecessors import is_predecessor
from antrea_ci.apply.projection import is_custom
from antrea_ci.apply.steps import Manifest, live_at, together
from antrea_ci.errors import FindingsError
from antrea_ci.facts import facts
from antrea_ci.kube.api import FIELD_MANAGER, Api, object_path
from antrea_ci.kube.paths import object_name
from antrea_ci.repo import ClusterRepo
from antrea_ci.values import text_at, texts_at
from antrea_ci.yamlio import parse


@dataclass(frozen=True)
class Leftover:
    """An object that is not rendered any more. ``is_kept``: it is never deleted by us."""

    live: Manifest

    @property
    def name(self) -> str:
        return object_name(self.live)

    @property
    def path(self) -> str:
        return object_path(self.live)

    @property
    def is_kept(self) -> bool:
        kind = text_at(self.live, ("kind",))
        return kind in texts_at(facts("apply"), ("never_deleted",)) or is_custom(self.live)


def leftovers(api: Api, home: ClusterRepo, commit: str, rendered: Iterable[Manifest]) -> tuple[Leftover, ...]:
    """What the history of ``commit`` removed from rendered/install, as far as the cluster has it and it is ours.

    Ours is what this project applied, or what the installer created for it.
    """
    there = {_identity(one) for one in rendered}
    gone = {_identity(one): one for one in _removed(home, commit) if _identity(one) not in there}
    paths = sorted({object_path(one) for one in gone.values()})
    found = together(lambda path: live_at(api, path), paths)
    return tuple(Leftover(one) for one in found if one is not None and _is_ours(one))


def _identity(manifest: Manifest) -> tuple[str, str]:
    """An object whatever the version of its API."""
    return text_at(manifest, ("apiVersion",)).rpartition("/")[0], object_name(manifest)


def _is_ours(live: Manifest) -> bool:
    return any(entry.manager == FIELD_MANAGER or is_predecessor(entry) for entry in entries(live))


def _removed(home: ClusterRepo, commit: str) -> Iterator[Manifest]:
    """The manifests that some commit of the history removed, or gave another identity, as they were before."""
    ids = set(_removed_blobs(home, commit))
    for blob, data in vcs.blobs(home.root, ids).items():
        try:
            manifest = parse(data, blob).mapping
        except FindingsError:
            continue
        if text_at(manifest, ("metadata", "name")) and text_at(manifest, ("kind",)):
            yield manifest


def _removed_blobs(home: ClusterRepo, commit: str) -> Iterator[str]:
    folder = home.name(home.rendered)
    words = ("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=D", commit, "--", folder)
    done = vcs.git(home.root, *words)
    for line in (done.stdout if done and done.code == 0 else b"").decode("utf-8", "replace").splitlines():
        # :100644 000000 <blob before> <zeros> D<tab>path
        fields = line.partition("\t")[0].split()
        if len(fields) == 5 and line.endswith((".yaml", ".yml")):
            yield fields[2]
