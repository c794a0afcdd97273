"""The vault's remote: what is in it, sending, fetching and removing, within bounded time and without force.

A server that refuses the namespace ``refs/antrea-gitops/`` gets ``refs/heads/antrea-gitops/``; reading looks at both.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.git_remote import Remote, with_login
from antrea_ci.process import Completed, ProcessError

if TYPE_CHECKING:
    from antrea_ci.secrets import Secrets

LOCAL = "refs/antrea-gitops/"
"""Where snapshots are in a clone."""
NAMESPACES = (LOCAL, "refs/heads/antrea-gitops/")
LOGIN_VARIABLE = "ANTREA_GITOPS_SECRET_BACKUP"
TIMEOUT_VARIABLE = "ANTREA_GITOPS_BACKUP_TIMEOUT"
_SECONDS = 30.0
_TRANSFER_FACTOR = 5
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What git says here, and what a server says, of a reference that somebody else has changed: git's builtin/push.c and
# builtin/receive-pack.c. Of two at once the server itself finds out ("failed to update ref").
_STALE = re.compile(r"stale info|fetch first|non-fast-forward|already exists|failed to update ref|cannot lock ref")


class UnreachableError(AntreaGitopsError):
    """The remote did not answer, or refused us as a whole."""


@dataclass(frozen=True)
class Found:
    """A reference of the remote: its full name there, and the id that it names."""

    ref: str
    id: str


@dataclass(frozen=True)
class Update:
    """What a reference (its name below the namespace) shall become: ``new`` empty removes it. ``old`` empty: it must
    not be there yet."""

    name: str
    new: str
    old: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why an update was not made; ``is_stale``: because the reference is not what it was."""

    reason: str
    is_stale: bool


class VaultRemote:
    """The remote of the vault. ``address`` has no login."""

    def __init__(self, root: Path, remote: Remote, seconds: float) -> None:
        self._root = root
        self._remote = remote
        self._seconds = seconds
        self._namespaces = NAMESPACES

    @classmethod
    def of(cls, root: Path, address: str, secrets: Secrets | None) -> VaultRemote:
        """``address`` is a URL, a path or the name of a remote of this clone."""
        login = secrets.login(LOGIN_VARIABLE) if secrets else None
        return cls(root, _with_secret(checked_address(address), login), _seconds())

    @property
    def address(self) -> str:
        return _shown(self._remote.address)

    def listing(self) -> dict[str, Found]:
        """What the vault has in the remote, by the name below the namespace."""
        done = self._git("ls-remote", "--refs", "--", self._remote.address, *(f"{space}*" for space in NAMESPACES))
        if done.code != 0:
            raise self._unreachable(done)
        found: dict[str, Found] = {}
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            object_id, _, ref = line.partition("\t")
            space = next((space for space in NAMESPACES if ref.startswith(space)), ref)
            found.setdefault(ref.removeprefix(space), Found(ref, object_id))
        used = {space for space in NAMESPACES if any(one.ref.startswith(space) for one in found.values())}
        if len(used) == 1:
            self._prefer(used.pop())
        return found

    def fetch(self, names: Mapping[str, Found]) -> None:
        """Brings these references into this clone, under their names there; those that are there stay as they are."""
        if not names:
            return
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-prune", "--refmap=")
        pairs = [f"{found.ref}:{LOCAL}{name}" for name, found in names.items()]
        words = ("fetch", *options, "--no-recurse-submodules", "--", self._remote.address, *pairs)
        done = self._git(*words, is_transfer=True)
        if done.code != 0:
            raise self._unreachable(done)

    def fetch_object(self, found: Found) -> None:
        """Brings the object of one reference, which gets no name here."""
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-prune", "--refmap=")
        done = self._git("fetch", *options, "--no-recurse-submodules", "--", self._remote.address, found.ref)
        if done.code != 0:
            raise self._unreachable(done)

    @property
    def space(self) -> str:
        """The namespace that the last update went to, or the next one is tried in first."""
        return self._namespaces[0]

    def update(self, updates: Sequence[Update], *, space: str = "") -> dict[str, Refusal]:
        """Makes these updates, each by itself and only where the reference is what it is said to be; the refused ones.

        What the server refuses in one namespace is tried in the other, unless ``space`` says which one. Raises
        UnreachableError where nothing could be tried.
        """
        stale: dict[str, Refusal] = {}
        refused: dict[str, Refusal] = {}
        left = list(updates)
        for one in ((space,) if space else self._namespaces) if left else ():
            now = self._push(one, left)
            if len(now) < len(left):
                self._prefer(one)
            stale |= {name: refusal for name, refusal in now.items() if refusal.is_stale}
            refused = {name: refusal for name, refusal in now.items() if not refusal.is_stale}
            left = [update for update in left if update.name in refused]
            if not left:
                break
        return stale | refused

    def _prefer(self, space: str) -> None:
        self._namespaces = (space, *(other for other in NAMESPACES if other != space))

    def remove(self, found: Mapping[str, Found]) -> dict[str, Refusal]:
        """Removes these references where they are still what they were."""
        refused: dict[str, Refusal] = {}
        for space in NAMESPACES:
            there = {name: one for name, one in found.items() if one.ref.startswith(space)}
            if there:
                refused |= self._push(space, [Update(name, "", one.id) for name, one in there.items()])
        return refused

    def _push(self, space: str, updates: Sequence[Update]) -> dict[str, Refusal]:
        leases = [f"--force-with-lease={space}{update.name}:{update.old}" for update in updates]
        pairs = [f"{update.new}:{space}{update.name}" for update in updates]
        words = ("push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed")
        done = self._git(*words, *leases, "--", self._remote.address, *pairs, is_transfer=True)
        answers = _answers(done)
        if not answers and done.code != 0:
            raise self._unreachable(done)
        refused = {name.removeprefix(space): refusal for name, refusal in answers.items() if refusal}
        unanswered = {update.name for update in updates} - {name.removeprefix(space) for name in answers}
        return refused | {name: Refusal("the remote said nothing of it", is_stale=False) for name in unanswered}

    def _git(self, *words: str, is_transfer: bool = False) -> Completed:
        seconds = self._seconds * (_TRANSFER_FACTOR if is_transfer else 1)
        try:
            return self._remote.git(self._root, *words, seconds=seconds)
        except MissingRequirementError:
            raise
        except ProcessError:
            raise UnreachableError(
                f"the backup remote {self.address} did not answer within {seconds:g} s",
                fix=f"look at the network; {TIMEOUT_VARIABLE} sets another time, in seconds",
            ) from None

    def _unreachable(self, done: Completed) -> UnreachableError:
        return UnreachableError(
            f"the backup remote {self.address} cannot be used:\n{self._remote.said(done)}",
            fix="look at backup.remote in cluster.yaml, at the network, and at the login: an SSH key, or "
            f"{LOGIN_VARIABLE} (user:token) for https",
        )


def _answers(done: Completed) -> dict[str, Refusal | None]:
    """What `push --porcelain` says of each reference, by its full name."""
    found: dict[str, Refusal | None] = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        flag, _, rest = line.partition("\t")
        pair, _, said = rest.partition("\t")
        if len(flag) != 1 or ":" not in pair:
            continue
        found[pair.rpartition(":")[2]] = Refusal(said, bool(_STALE.search(said))) if flag == "!" else None
    return found


def checked_address(address: str) -> str:
    """``address``; AntreaGitopsError for what Git would take for an option, and for a login that all could read."""
    parts = urlsplit(address) if "://" in address else None
    if address.startswith("-") or not address.strip() or "\0" in address or "\n" in address:
        raise AntreaGitopsError(f"backup.remote {address!r} is no address", fix="write the URL of a Git repository")
    if parts and parts.password:
        raise AntreaGitopsError(
            f"backup.remote holds a login: {_shown(address)}",
            why="whoever can read the repository could change and remove the backups",
            fix=f"write the address without it, and put user:token into {LOGIN_VARIABLE}",
        )
    return address


def _shown(address: str) -> str:
    """An address for messages."""
    if "://" not in address:
        return address
    from antrea_ci.pipeline.runs import without_login

    return without_login(address)


def _with_secret(address: str, login: tuple[str, str] | None) -> Remote:
    if login is None or not address.startswith(("https://", "http://")):
        return Remote(address, {}, ())
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise AntreaGitopsError(
            f"{LOGIN_VARIABLE} is not sent to {address}: anybody on the way could read it", fix="use https or ssh"
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    server = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    encoded = base64.b64encode(":".join(login).encode()).decode()
    return Remote(address, with_login(server, encoded), (encoded, login[1]))


def _seconds() -> float:
    text = os.environ.get(TIMEOUT_VARIABLE, "")
    try:
        return float(text) if float(text or 0) > 0 else _SECONDS
    except ValueError:
        return _SECONDS
