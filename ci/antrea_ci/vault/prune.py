"""Which snapshots the keep rules of cluster.yaml let go, and removing them here and in the remote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault import proofs
from antrea_ci.vault.model import Kind, Name, Snapshot
from antrea_ci.vault.remote import LOCAL, Found, UnreachableError
from antrea_ci.vault.sending import queued
from antrea_ci.vault.vault import Vault

if TYPE_CHECKING:
    from antrea_ci.installed import InstalledFile
    from antrea_ci.model.cluster import Keep

_NEEDED = (Kind.METADATA, Kind.CLUSTER, Kind.POST_INSTALL)
_SLOTS: tuple[tuple[str, Callable[[datetime], str]], ...] = (
    ("daily", lambda time: time.strftime("%Y-%m-%d")),
    ("weekly", lambda time: time.strftime("%G-W%V")),
    ("monthly", lambda time: time.strftime("%Y-%m")),
)


@dataclass(frozen=True)
class Decision:
    """What becomes of a snapshot: ``reasons`` to keep it; without one it goes."""

    snapshot: Snapshot
    reasons: tuple[str, ...]

    @property
    def goes(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Pruned:
    """The snapshots that are gone, and those that could not be removed, with the reason."""

    removed: tuple[Name, ...]
    left: tuple[Name, ...]
    why: str


def plan(vault: Vault, keep: Keep, installed: InstalledFile | None) -> list[Decision]:
    """What the rules say of each snapshot, from old to new. ``installed``: the record of a living cluster.

    Raises AntreaGitopsError where the remote cannot be reached: without it nobody knows what is the newest.
    """
    commit = installed.commit if installed and installed.is_active else ""
    snapshots = _known(vault, whole=_NEEDED if commit else ())
    sound = [one for one in snapshots if not one.fault]
    reasons: dict[Name, list[str]] = {one.name: [] for one in snapshots}
    for one, why in chain(
        _by_slots(keep, sound), _needed(sound, commit), _waiting(vault, snapshots), _damaged(snapshots)
    ):
        reasons[one.name].append(why)
    return [Decision(one, tuple(reasons[one.name])) for one in snapshots]


def _known(vault: Vault, whole: Sequence[Kind]) -> list[Snapshot]:
    """All snapshots, from old to new. Fetched are those of the kinds ``whole``, since their manifests decide, and the
    newest of each kind, since those stay only if they are sound."""
    snapshots = vault.snapshots()
    if vault.unreached:
        raise AntreaGitopsError(
            f"nothing is pruned: {vault.unreached}", why="which snapshots may go depends on what the remote has"
        )
    while missing := _unread(snapshots, whole):
        vault.fetch(missing)
        before, snapshots = snapshots, vault.snapshots()
        if snapshots == before:
            break
    return snapshots


def _unread(snapshots: Sequence[Snapshot], whole: Sequence[Kind]) -> list[Snapshot]:
    sound = [one for one in snapshots if not one.fault]
    newest = {one.kind: one for one in sound}
    return [one for one in sound if not one.is_local and (one.kind in whole or newest[one.kind] is one)]


def _by_slots(keep: Keep, snapshots: Sequence[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
    """The newest of each kind, and of each of so many days, weeks and months that have one."""
    counts = {"daily": keep.daily, "weekly": keep.weekly, "monthly": keep.monthly}
    for kind in Kind:
        of_kind = [one for one in reversed(snapshots) if one.kind is kind]
        yield from ((one, f"newest {kind}") for one in of_kind[:1])
        for slot, name_of in _SLOTS:
            yield from ((one, slot) for one in _first_of_each(of_kind, name_of)[: counts[slot]])


def _first_of_each(newest_first: Sequence[Snapshot], name_of: Callable[[datetime], str]) -> list[Snapshot]:
    found: dict[str, Snapshot] = {}
    for one in newest_first:
        found.setdefault(name_of(one.time), one)
    return list(found.values())


def _needed(snapshots: Sequence[Snapshot], commit: str) -> Iterator[tuple[Snapshot, str]]:
    """What a living cluster, installed from ``commit`` (empty: there is none), cannot be destroyed without."""
    for kind in _NEEDED if commit else ():
        of_commit = [one for one in snapshots if one.kind is kind and one.commit == commit]
        yield from ((one, "the installed cluster needs it") for one in of_commit[-1:])


def _damaged(snapshots: Sequence[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
    """They take no other's place, and whoever finds out what has happened may want them."""
    yield from ((one, f"damaged: {one.fault}") for one in snapshots if one.fault)


def _waiting(vault: Vault, snapshots: Sequence[Snapshot]) -> Iterator[tuple[Snapshot, str]]:
    """Those that were in the remote and are gone were removed there: by another clone, or by us when we were killed."""
    waiting = queued(vault)
    yield from ((one, "not in the remote yet") for one in snapshots if str(one.name) in waiting)


def prune(vault: Vault, decisions: Sequence[Decision]) -> Pruned:
    """Removes what goes, in the remote first, and each only while it is what it was when that was decided."""
    going = [decision.snapshot for decision in decisions if decision.goes]
    refused, why = _in_remote(vault, going)
    git = vault.store_of_clone.git
    here = vault.store_of_clone.references()
    removed: list[Name] = []
    for one in (one for one in going if str(one.name) not in refused):
        for ref in [*proofs.of_snapshot(one.name, here), str(one.name)]:
            if ref in here and (ref != str(one.name) or here[ref] == one.object):
                git.delete(f"{LOCAL}{ref}", here[ref])
        removed.append(one.name)
    return Pruned(tuple(removed), tuple(one.name for one in going if str(one.name) in refused), why)


def _in_remote(vault: Vault, going: Sequence[Snapshot]) -> tuple[set[str], str]:
    """The names that the remote still has, and why."""
    seen = vault.listing() if vault.remote else None
    if vault.remote is None or seen is None:
        return set(), ""
    wanted = {str(one.name): Found(seen[str(one.name)].ref, one.object) for one in going if str(one.name) in seen}
    refs = {name: found.id for name, found in seen.items()}
    told = {ref: seen[ref] for one in going for ref in proofs.of_snapshot(one.name, refs)}
    try:
        refused = vault.remote.remove(wanted | told)
    except UnreachableError as error:
        return set(wanted), error.message
    left = set(wanted) & set(refused)
    why = "; ".join(dict.fromkeys(refused[name].reason for name in sorted(left)))
    return left, f"the backup remote {vault.remote.address} refused: {why}" if why else ""
