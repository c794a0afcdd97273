"""What the rule families look at: each part of a repository is read at most once, and by whoever asks first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from antrea_ci import vcs
from antrea_ci.bundle.contents import Bundle, load_bundle
from antrea_ci.bundle.objects import BundleObject, read_objects
from antrea_ci.errors import AntreaGitopsError, FindingsError, MissingRequirementError
from antrea_ci.files import read_names
from antrea_ci.findings import Finding, Location
from antrea_ci.model.effective import Cluster, examine
from antrea_ci.render.engine import Rendering, render
from antrea_ci.render.kustomize import find_kustomize
from antrea_ci.repo import ClusterRepo

T = TypeVar("T")


class Context:
    """One repository under check. A part that cannot be had is None, and the reasons are in ``problems``.

    ``today`` decides what has expired.
    """

    def __init__(self, repo: ClusterRepo, *, rendering: Rendering | None = None, today: date) -> None:
        self.repo = repo
        self.today = today
        self.problems: list[Finding] = []
        self._given = rendering

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files of the repository, as paths from its root: what Git has or would take; without Git, all."""
        names = vcs.worktree_files(self.repo.root)
        return tuple(read_names(self.repo.root) if names is None else names)

    @cached_property
    def cluster(self) -> Cluster | None:
        """cluster.yaml and install-config.yaml (or the flavour's own file) as one view, if they can be read at all."""
        cluster, findings = examine(self.repo)
        self.problems += findings
        return cluster

    @cached_property
    def bundle(self) -> Bundle | None:
        """The vendor's files, if they make a bundle."""
        cluster = self.cluster
        return self._try(lambda: load_bundle(self.repo, cluster.file.flavour)) if cluster else None

    @cached_property
    def rendering(self) -> Rendering | None:
        """What the sources give now, whatever is committed."""
        cluster = self.cluster
        if self._given or cluster is None or self.bundle is None:
            return self._given
        return self._try(lambda: render(self.repo, find_kustomize(self.repo), cluster))

    @cached_property
    def objects(self) -> tuple[BundleObject, ...]:
        """The rendered objects, by the names of their files below ``rendered/install``; empty without a rendering."""
        return self._objects(self.repo.rendered)

    @cached_property
    def nsx_objects(self) -> tuple[BundleObject, ...]:
        """Those of phase 2, below ``rendered/nsx``; empty before `nsx prepare`."""
        return self._objects(self.repo.rendered_nsx)

    @cached_property
    def nsx_removal_objects(self) -> tuple[BundleObject, ...]:
        """The way out of NSX, below ``rendered/nsx-remove``."""
        return self._objects(self.repo.rendered_nsx_removal)

    def _objects(self, folder: Path) -> tuple[BundleObject, ...]:
        rendering = self.rendering
        if rendering is None:
            return ()
        return self._try(lambda: read_objects(rendering.trees.get(folder, {}), self.repo.name(folder))) or ()

    def _try(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except FindingsError as error:
            self.problems += error.findings
        except MissingRequirementError:
            raise
        except AntreaGitopsError as error:
            place = Location(self.repo.name(self.repo.overlay))
            self.problems.append(Finding("render/build", error.message, location=place, why=error.why, fix=error.fix))
        return None
