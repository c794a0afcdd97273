"""Sending to the remote what it lacks. Nothing is ever overwritten there, and nothing here is lost if it fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from antrea_ci.vault import proofs
from antrea_ci.vault.model import Kind, Name, Pushed
from antrea_ci.vault.remote import Found, Refusal, UnreachableError, Update

if TYPE_CHECKING:
    from antrea_ci.vault.vault import Vault


def send(vault: Vault) -> Pushed:
    """Sends every snapshot, and every proof of one, that the remote lacks; says which snapshots are left, and why."""
    if vault.remote is None:
        return Pushed((), (), "")
    here = vault.store_of_clone.references()
    remembered = vault.remembered().names()
    seen = vault.listing(again=True)
    if seen is None:
        waiting = [ref for ref in here if Name.parse(ref) and ref not in remembered]
        return Pushed((), tuple(sorted(waiting)), vault.unreached)
    missing = _missing(here, seen, remembered)
    snapshots = sorted(ref for ref in missing if Name.parse(ref))
    try:
        refused = vault.remote.update(
            [Update(ref, missing[ref]) for ref in [*snapshots, *sorted({*missing} - {*snapshots})]]
        )
    except UnreachableError as error:
        return Pushed((), tuple(snapshots), error.message)
    done = [ref for ref in snapshots if ref not in refused]
    vault.remembered().add(done)
    left = tuple(ref for ref in snapshots if ref in refused)
    return Pushed(tuple(done), left, _reason(vault.remote.address, [refused[ref] for ref in left]))


def queued(vault: Vault) -> frozenset[str]:
    """The names of the snapshots that the next push sends; none where there is no remote, or it cannot be asked."""
    seen = vault.listing()
    if seen is None:
        return frozenset()
    missing = _missing(vault.store_of_clone.references(), seen, vault.remembered().names())
    return frozenset(ref for ref in missing if Name.parse(ref))


def _missing(here: Mapping[str, str], seen: Mapping[str, Found], remembered: Collection[str]) -> dict[str, str]:
    """What the remote lacks and was not removed there.

    A prune or rekey elsewhere keeps the newest of a kind: what was there once, is gone and is not newer than that is
    not brought back. Newer ones are, since then it is the remote that lost something.
    """
    newest = _newest(seen)
    missing: dict[str, str] = {}
    for ref, at in here.items():
        name = Name.parse(ref)
        if name and ref in seen:
            is_lacking = seen[ref].id != at  # somebody has replaced it: that is refused, and so it is told
        else:
            was_removed = name and ref in remembered and name.kind in newest and name.time <= newest[name.kind]
            is_lacking = name is not None and not was_removed
        if is_lacking:
            missing[ref] = at
    known = {*missing, *seen}
    told = {ref: at for ref, at in here.items() if ref not in seen and str(proofs.subject(ref)) in known}
    return missing | told


def _newest(seen: Mapping[str, Found]) -> dict[Kind, datetime]:
    newest: dict[Kind, datetime] = {}
    for name in filter(None, map(Name.parse, seen)):
        newest[name.kind] = max(name.time, newest.get(name.kind, name.time))
    return newest


def _reason(address: str, refused: list[Refusal]) -> str:
    reasons = dict.fromkeys(refusal.reason for refusal in refused)
    return f"the backup remote {address} refused: {'; '.join(reasons)}" if reasons else ""
