"""Keeps the state of an installation safe: in the vault before anything is created, and again whenever it changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.again import Again
from antrea_ci.install.journal import Journal
from antrea_ci.install.workdir import WorkDir

if TYPE_CHECKING:
    from antrea_ci.vault import Contents, Kind, Pushed, Vault

_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Belongings:
    """What a snapshot says it belongs to, and what goes into it."""

    commit: str
    versions: Mapping[str, str]
    contents: Callable[[], Contents]


@dataclass
class Keeper:
    """Stores snapshots and pushes them. Without a vault (``--no-vault``) it does nothing."""

    vault: Vault | None
    work: WorkDir
    journal: Journal
    belongings: Belongings
    again: Again = field(default_factory=Again)
    unpushed: str = ""
    """Why the last push left something here; empty when nothing is left."""
    _seen: frozenset[tuple[str, int, int]] = frozenset()
    _tried_at: float = 0.0
    _is_unsent: bool = False
    _fault: str = ""
    _pushing: threading.Thread | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def keep(self, kind: Kind, *, public: Mapping[str, bytes] | None = None) -> None:
        """Stores a snapshot now, and waits until it is pushed, or until the remote has had its time.

        ``public`` are further files that are no secret.
        """
        if self.vault is None:
            return
        self._store(self.vault, kind, public or {})
        self._settle()
        self._push(self.vault)

    def refuse_unsafe(self) -> None:
        """Raises AntreaGitopsError unless all snapshots are where they shall be, those of earlier runs too.

        ``keep`` has told; what did not go through then is tried once more.
        """
        self.settle()
        if self.unpushed:
            raise AntreaGitopsError(
                f"the state of this installation is not in the vault: {self.unpushed}",
                why="nothing is created before what is needed to destroy it is safe",
                fix=f"mend the remote of `backup` in cluster.yaml, then {self.again.resume}; --no-vault goes on "
                "without, and is recorded",
            )

    def keep_on_tick(self, kind: Kind) -> str:
        """Called about every second while the installer runs: stores and pushes what has changed, without waiting.

        Returns what to tell when that was not possible, once for each reason: the installer goes on, and so do we.
        """
        from antrea_ci.vault import Kind

        try:
            self._keep_metadata(Kind.METADATA)
            self._keep_changes(kind)
        except (AntreaGitopsError, OSError) as error:
            known, self._fault = self._fault, str(error)
            return f"the state could not be stored now, and is tried again: {error}" if known != self._fault else ""
        self._fault = ""
        return ""

    def _keep_changes(self, kind: Kind) -> None:
        """At most once a minute."""
        if self.vault is None or not self._has_paused:
            return
        if self._state() != self._seen:
            self._in_background(self.vault, kind)
        elif self._is_unsent or self.unpushed:
            self._tried_at = time.monotonic()
            self._push_in_background(self.vault)

    def _keep_metadata(self, kind: Kind) -> None:
        """At once when metadata.json has just appeared: without it nothing can be destroyed."""
        is_known = any(name == self.work.metadata_file.name for name, _, _ in self._seen)
        is_tried = bool(self._fault) and not self._has_paused
        if self.vault is not None and not is_known and not is_tried and self.work.metadata_file.is_file():
            self._in_background(self.vault, kind)

    @property
    def _has_paused(self) -> bool:
        return time.monotonic() - self._tried_at >= _PAUSE_SECONDS

    def keep_at_once(self, kind: Kind) -> None:
        """On a signal: stores first, which takes a moment; the push goes on while the installer ends."""
        if self.vault is not None:
            self._in_background(self.vault, kind)

    def settle(self) -> None:
        """Waits for what is being pushed, and pushes what is left."""
        self._settle()
        if self.vault is not None and (self.unpushed or self._is_unsent):
            self._push(self.vault)

    def _in_background(self, vault: Vault, kind: Kind) -> None:
        self._store(vault, kind, {})
        self._push_in_background(vault)

    def _push_in_background(self, vault: Vault) -> None:
        if self._pushing is None or not self._pushing.is_alive():
            self._pushing = threading.Thread(target=self._push, args=(vault,), daemon=True)
            self._pushing.start()

    def _settle(self) -> None:
        if self._pushing is not None:
            self._pushing.join()
            self._pushing = None

    def _store(self, vault: Vault, kind: Kind, public: Mapping[str, bytes]) -> None:
        seen, self._tried_at = self._state(), time.monotonic()
        with self._lock:
            of = self.belongings
            contents = of.contents()
            contents = replace(contents, public={**contents.public, **public})
            snapshot = vault.store(kind, contents, commit=of.commit, versions=of.versions)
            self._is_unsent = True
        self._seen = seen  # only now: what could not be stored is tried again
        self.journal.append("snapshot", kind=kind.value, ref=snapshot.ref)

    def _push(self, vault: Vault) -> None:
        self._is_unsent = False
        pushed: Pushed = vault.push()
        with self._lock:
            self.unpushed = pushed.why if pushed.left else ""
            self.journal.append("pushed", done=len(pushed.done), left=len(pushed.left), why=pushed.why)

    def _state(self) -> frozenset[tuple[str, int, int]]:
        """The files of the installer that count, by name, time and size."""
        from antrea_ci.vault.contents import is_state

        found: list[tuple[str, int, int]] = []
        for path in _files(self.work.installer):
            try:
                state = path.stat()
            except OSError:  # gone meanwhile
                continue
            name = path.relative_to(self.work.installer).as_posix()
            if is_state(name):
                found.append((name, state.st_mtime_ns, state.st_size))
        return frozenset(found)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
