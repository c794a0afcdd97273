"""Kill -9 at every journal entry of an installation, and at writes between them: nothing is lost, shown or made twice.

The points are those that a counted run passes: before and after each journal entry where anything changed since the
point before, and each change of a file. Of entries of one event in a row, between which nothing but the journal grows
(probes, stages, checks), the first and the last are tried; of changes every n-th. With ANTREA_GITOPS_TEST_ALL_POINTS=1
every single one is.

A run is cut in two at the ignition, so that each half starts from a folder that is copied instead of made: what comes
before the cluster must come to the same ignition, what comes after to the same cluster. Kills come in chains: what goes
on after one is killed again further on, so that installations are killed more than once, and few runs to the end do.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.canary import assert_nowhere
from support.forked import Done, forker
from support.installation import Site, make_site
from support.repos import git

_ALL = bool(os.environ.get("ANTREA_GITOPS_TEST_ALL_POINTS"))
_EVERY = 1 if _ALL else 150
_PARTS = 6
_REFUSAL = "antrea-gitops destroy --confirm ocp"
_VOLATILE = ("recorded", "infraID", "clusterID")


@dataclass(frozen=True)
class Ground:
    """One site at one place, and copies of it to begin from."""

    site: Site
    kept: Path

    def keep(self, name: str) -> None:
        shutil.copytree(self.site.folder, self.kept / name, symlinks=True)

    def restore(self, name: str) -> None:
        shutil.rmtree(self.site.folder)
        shutil.copytree(self.kept / name, self.site.folder, symlinks=True)

    def install(self, *more: str, kill: str = "") -> Done:
        return self.run(self.site.arguments("install", *more), kill=kill)

    def run(self, arguments: Sequence[str], kill: str = "") -> Done:
        return forker().run(arguments, self.site.environment, cwd=self.site.folder, kill=kill)


@dataclass(frozen=True)
class Half:
    """One half of a run: the copy that it starts from, how, and what it comes to.

    ``watershed`` is the point from which on a resumed run passes what a first one does. ``until`` are the options with
    which both end where they should.
    """

    start: str
    arguments: tuple[str, ...]
    until: tuple[str, ...]
    watershed: str
    points: tuple[str, ...]
    outcome: Callable[[Site], object]
    result: object


@dataclass(frozen=True)
class Halves:
    ground: Ground
    early: Half
    late: Half


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Halves:
    base = tmp_path_factory.mktemp("killed")
    ground = Ground(make_site(base / "site"), base / "kept")
    ground.keep("new")
    until = ("--until", "ignition")
    early = _half(ground, "new", until, until, "entry after phase.begin prepare #1", _ignition)
    ground.keep("ignited")
    late = _half(ground, "ignited", ("--resume",), (), "entry after cluster.complete #1", _cluster)
    return Halves(ground, early, late)


def _half(
    ground: Ground,
    start: str,
    arguments: tuple[str, ...],
    until: tuple[str, ...],
    watershed: str,
    outcome: Callable[[Site], object],
) -> Half:
    """A half as it is without any kill."""
    done = ground.install(*arguments)
    assert done.code == 0, done.err
    return Half(start, arguments, until, watershed, done.points, outcome, outcome(ground.site))


def _ignition(site: Site) -> object:
    """What the first half comes to: the reviewed manifests in the ignition, and where they are safe."""
    entries = json.loads((site.work / "installer/bootstrap.ign").read_text())["storage"]["files"]
    manifests = {entry["path"] for entry in entries if "/manifests/" in entry["path"]}
    kinds = {name.split("/")[2] for name in site.snapshots()}
    return manifests, kinds, site.report["outcome"], site.double.clusters()


def _cluster(site: Site) -> object:
    """What the second half comes to: one cluster, recorded once, its state in the vault."""
    (cluster,) = site.double.clusters().values()
    record: dict[str, Any] = yaml.safe_load(git(site.repo, "show", "main:installed.yaml"))
    kinds = {name.split("/")[2] for name in site.snapshots()}
    return (
        (cluster["state"], cluster["machines"], cluster["made"]),
        {key: value for key, value in record.items() if key not in _VOLATILE},
        {"ignition", "cluster", "post-install"} <= kinds,
        site.report["outcome"],
        git(site.repo, "status", "--porcelain"),
    )


def _chains(half: Half) -> list[list[str]]:
    """The kills to try, in chains: the first of a chain is one that only a run from the start comes to."""
    opening, rest = _chosen(half.points[: (at := half.points.index(half.watershed) + 1)]), _chosen(half.points[at:])
    changes = [point for point in half.points if point.startswith("change ") and "journal.jsonl" not in point]
    opening += [f"change #{point.rpartition('#')[2]}" for point in changes[_EVERY // 2 :: _EVERY]]
    length = -(-len(rest) // len(opening))
    return [[first, *rest[n * length : (n + 1) * length]] for n, first in enumerate(opening)]


def _chosen(points: Sequence[str]) -> list[str]:
    """The points at journal entries that a change, or another entry, lies before."""
    chosen: list[str] = []
    has_changed = True
    for point in points:
        if point.startswith("change "):
            has_changed = True
            continue
        if has_changed:
            chosen.append(point)
        has_changed = False
    rows = [list(row) for _, row in itertools.groupby(chosen, key=lambda point: point.split()[2])]
    return chosen if _ALL else [point for row in rows for point in (row if len(row) < 3 else (row[0], row[-1]))]


def _marks(site: Site) -> dict[str, str]:
    """The secrets that were injected, and those that the installer has made so far."""
    marks = {name: value for name, value in site.environment.items() if value in site.secrets}
    marks |= {"vCenter's password": site.environment["ANTREA_GITOPS_VCENTER_PASSWORD"]}
    password = site.work / "installer/auth/kubeadmin-password"
    return marks | ({"kubeadmin": password.read_text()} if password.is_file() else {})


def _assert_safe(ground: Ground) -> None:
    """What must hold after any kill, before anybody mends anything."""
    site = ground.site
    marks = {name: value.encode() for name, value in _marks(site).items()}
    shown = [(name, file) for file, data in _outside(site) for name, mark in marks.items() if mark in data]
    assert not shown
    for cluster in site.double.clusters().values():
        assert cluster["made"] == 1
        kinds = {name.split("/")[2] for name in cluster["before"][0].split()}
        assert {"pre-install", "ignition"} <= kinds


def _outside(site: Site) -> Iterator[tuple[Path, bytes]]:
    """What anybody can read who is not let into the work folder; objects of Git unpacked."""
    for folder, folders, files in os.walk(site.folder):
        if Path(folder) == site.folder:
            folders[:] = [name for name in folders if name not in (site.work.name, site.double.folder.name)]
        for path in (Path(folder, name) for name in files):
            data = path.read_bytes()
            yield path, zlib.decompress(data) if _is_object(path) else data


def _is_object(path: Path) -> bool:
    """Whether Git wrote this file as a single object, to its end."""
    return path.parts[-3] == "objects" and len(path.parts[-2]) == 2 and not path.name.startswith("tmp_")


def _assert_ended(ground: Ground, half: Half, done: Done, kills: Sequence[str]) -> None:
    """A run that was not killed came to the end of an undisturbed one, or ended in the stated refusal."""
    site = ground.site
    verified = ground.run(["-C", str(site.repo), "backup", "verify"])
    assert verified.code == 0, (kills, verified.out, verified.err)
    if done.code == 1 and "there is no installation to resume" in done.err:
        done = ground.install(*half.until)
    if done.code == 0:
        assert half.outcome(site) == half.result, kills
        return
    assert (done.code, _REFUSAL in done.err) == (1, True), (kills, done.err)
    for cluster in site.double.clusters().values():
        assert set(cluster["wanted"]) - set(cluster["machines"]), kills


def _try(ground: Ground, half: Half, kills: Sequence[str]) -> Sequence[str]:
    """Kills one installation at each of ``kills`` in turn, then lets it end; those that it did not come to."""
    ground.restore(half.start)
    arguments = half.arguments
    for number, kill in enumerate(kills):
        done = ground.install(*arguments, kill=kill)
        if not done.is_killed:
            assert number, f"{kill} is not passed: {done.err}"
            _assert_ended(ground, half, done, kills)
            return kills[number:]
        _assert_safe(ground)
        arguments = ("--resume", *half.until)
    _assert_ended(ground, half, ground.install(*arguments), kills)
    return []


@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("name", ["early", "late"])
def test_killed_anywhere_goes_on_to_the_same_end_or_says_that_it_must_go(halves: Halves, name: str, part: int) -> None:
    ground, half = halves.ground, getattr(halves, name)
    for kills in _chains(half)[part::_PARTS]:
        left: Sequence[str] = kills
        while left:
            left = _try(ground, half, left)
    if part == 0:
        assert_nowhere(_marks(ground.site), ground.site.folder, without=[ground.site.work, ground.site.double.folder])
