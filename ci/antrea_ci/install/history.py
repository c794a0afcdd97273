"""What the journal says of an installation: the only thing that `--resume` goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antrea_ci.following import ProcessId
from antrea_ci.install.journal import Entry


@dataclass(frozen=True)
class History:
    """The entries of one installation: those since the last that began anew, or was destroyed."""

    entries: Sequence[Entry]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> History:
        """The newest installation among all entries of a journal."""
        starts = [number for number, entry in enumerate(entries) if entry.event == "install.begin"]
        return cls(entries[starts[-1] :] if starts else ())

    @classmethod
    def of_vault(cls, entries: Sequence[Entry]) -> History:
        """The newest installation of a journal that was stored elsewhere: there, the intention to create counts."""
        return cls.of([*entries, Entry("", "restored", {})])

    @property
    def exists(self) -> bool:
        return bool(self.entries)

    @property
    def begun_at(self) -> str:
        """When it was begun (UTC)."""
        return self.entries[0].time if self.entries else ""

    @property
    def commit(self) -> str:
        return self._text("install.begin", "commit")

    @property
    def cluster(self) -> str:
        return self._text("install.begin", "cluster")

    @property
    def is_created(self) -> bool:
        """Whether anything may have been created.

        Here that is so once the installer's process was written down, before which it does nothing. What came from
        the vault was written before that, so that the intention counts.
        """
        return any(entry.event in ("process", "restored") for entry in self._since_creation)

    @property
    def _since_creation(self) -> Sequence[Entry]:
        """The entries from `cluster.begin` on."""
        at = next((i for i, entry in enumerate(self.entries) if entry.event == "cluster.begin"), len(self.entries))
        return self.entries[at:]

    @property
    def is_unfinished(self) -> bool:
        """Whether there may be machines that a second installation would orphan."""
        # Whoever asked for the ignition alone may ask again.
        is_theirs = self.is_handed_over and self._text("handover", "until") != "ignition"
        return not self.is_destroyed and (self.is_created or is_theirs)

    @property
    def is_handed_over(self) -> bool:
        """Whether the ignition went to people who make the machines themselves."""
        return self._has("handover")

    @property
    def is_complete(self) -> bool:
        """Whether the installer was done with the cluster."""
        return self._has("cluster.complete")

    @property
    def is_bootstrapped(self) -> bool:
        return self._has("bootstrapped") or bool(self._reached & {"bootstrapped", "alone"})

    @property
    def is_bootstrap_gone(self) -> bool:
        """Whether the bootstrap machine was removed, or could not be."""
        return self._has("bootstrap.gone") or self._has("bootstrap.left") or "alone" in self._reached

    @property
    def proof(self) -> str:
        """The SHA-256 of the bootstrap.ign that the reviewed objects were found in; empty if none was looked at."""
        return self._text("proof", "sha256")

    @property
    def waived(self) -> str:
        """The safeguards that were switched off in any of its runs."""
        told = [entry.text("waived") for entry in self.entries if entry.event in ("install.begin", "run.begin")]
        return " ".join(dict.fromkeys(filter(None, told)))

    @property
    def is_recorded(self) -> bool:
        return self._has("recorded")

    @property
    def is_destroyed(self) -> bool:
        return self._has("destroyed")

    @property
    def is_being_destroyed(self) -> bool:
        """Whether its removal was begun."""
        return self._has("destroy.begin")

    @property
    def is_infrastructure_whole(self) -> bool:
        """Whether the installer had all machines and waited for the cluster."""
        return bool(self._reached & {"machines", "bootstrapped", "alone"})

    @property
    def _reached(self) -> set[str]:
        return {entry.text("reached") for entry in self.entries if entry.event == "stage.begin"}

    @property
    def process(self) -> ProcessId | None:
        """The process of ``create cluster``, as it was written down when it started."""
        started = next((entry for entry in self._since_creation if entry.event == "process"), None)
        return _process(started) if started else None

    @property
    def left_running(self) -> tuple[ProcessId, str] | None:
        """The last process whose end was not written down, and the machine that it was started on."""
        last = next((entry for entry in reversed(self.entries) if entry.event in ("process", "process.end")), None)
        return (_process(last), last.text("host")) if last and last.event == "process" else None

    @property
    def host(self) -> str:
        """The machine that ``create cluster`` was run on."""
        return self._text("cluster.begin", "host")

    def has_ended(self, phase: str) -> bool:
        """Whether ``phase`` ended well after the scratch folder was last made."""
        at = max(
            (i for i, e in enumerate(self.entries) if (e.event, e.text("phase")) == ("phase.begin", "prepare")),
            default=0,
        )
        return any(entry.event == "phase.end" and entry.text("phase") == phase for entry in self.entries[at:])

    def part(self) -> str:
        """Which part of the creation was reached: infrastructure, bootstrap, or install."""
        if self.is_bootstrapped:
            return "install"
        return "bootstrap" if self.is_infrastructure_whole else "infrastructure"

    def _has(self, event: str) -> bool:
        return any(entry.event == event for entry in self.entries)

    def _text(self, event: str, name: str) -> str:
        return next((entry.text(name) for entry in reversed(self.entries) if entry.event == event), "")


def _process(entry: Entry) -> ProcessId:
    return ProcessId(int(entry.text("pid") or 0), entry.text("started"))
