"""Where a lease is: in the vault's remote, or in this clone. Each change is a compare-and-swap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.vault.lease_terms import Terms
from antrea_ci.vault.plumbing import Repository
from antrea_ci.vault.remote import LOCAL, Found, Update, VaultRemote

NAME = "lease"


@dataclass(frozen=True)
class Held:
    """A lease that is there: its commit, what it says, and its reference."""

    id: str
    terms: Terms
    ref: str = f"{LOCAL}{NAME}"


class Place(Protocol):
    """A place for one lease."""

    def read(self) -> Held | None:
        """The lease that is there."""
        ...

    def swap(self, new: Terms, old: Held | None) -> Held | None:
        """Puts a lease in the place of ``old``, or of none; None where something else is there."""
        ...

    def remove(self, old: Held) -> None:
        """Removes the lease if it is still ``old``."""
        ...


class InClone:
    """For runs on this machine, in this clone and its work trees."""

    def __init__(self, git: Repository) -> None:
        self._git = git

    def read(self) -> Held | None:
        found = self._git.references(LOCAL).get(NAME)
        return Held(found, _terms(self._git, found)) if found else None

    def swap(self, new: Terms, old: Held | None) -> Held | None:
        made = _write(self._git, new)
        done = self._git.replace(f"{LOCAL}{NAME}", made, old.id if old else self._git.nothing)
        return Held(made, new) if done else None

    def remove(self, old: Held) -> None:
        self._git.delete(f"{LOCAL}{NAME}", old.id)


class InRemote:
    """For everybody who uses the same vault."""

    def __init__(self, remote: VaultRemote, git: Repository) -> None:
        self._remote = remote
        self._git = git

    def read(self) -> Held | None:
        found = self._remote.listing().get(NAME)
        if found is None:
            return None
        if self._git.read_one(found.id) is None:
            self._remote.fetch_object(found)
        return Held(found.id, _terms(self._git, found.id), found.ref)

    def swap(self, new: Terms, old: Held | None) -> Held | None:
        made = _write(self._git, new)
        space = old.ref.removesuffix(NAME) if old else ""
        refusal = self._remote.update([Update(NAME, made, old.id if old else "")], space=space).get(NAME)
        if refusal is None:
            return self._unrivalled(Held(made, new, f"{space or self._remote.space}{NAME}"))
        if refusal.is_stale:
            return None
        raise AntreaGitopsError(
            f"the backup remote {self._remote.address} takes no lease: {refusal.reason}",
            fix="give the login the right to push, to refs/antrea-gitops/* or to the branches antrea-gitops/*",
        )

    def _unrivalled(self, made: Held) -> Held | None:
        """What was made, unless the other namespace has a lease: two servers' answers never make two holders."""
        if made.ref.startswith(LOCAL):
            return made
        first = self._remote.listing().get(NAME)
        if first is None or first.id == made.id:
            return made
        self.remove(made)
        return None

    def remove(self, old: Held) -> None:
        self._remote.remove({NAME: Found(old.ref, old.id)})


def _terms(git: Repository, commit: str) -> Terms:
    data = git.read_one(commit) or b""
    return Terms.parse(data.partition(b"\n\n")[2].decode("utf-8", "replace"))


def _write(git: Repository, terms: Terms) -> str:
    tree, objects = git.tree({})
    commit = git.commit(tree, terms.data(), terms.since)
    git.write([*objects, commit])
    return git.id_of(commit)
