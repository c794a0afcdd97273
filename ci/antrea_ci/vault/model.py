"""What a snapshot is: its kind, its name, what goes into it and what is known of it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

_NAME = re.compile(r"^(?P<kind>[a-z-]+)/(?P<time>\d{8}T\d{6}Z)-(?P<id>[0-9a-f]{8,40})\Z")
_TIME = "%Y%m%dT%H%M%SZ"


class Kind(StrEnum):
    """Why a snapshot was taken."""

    PRE_INSTALL = "pre-install"
    IGNITION = "ignition"
    METADATA = "metadata"
    CLUSTER = "cluster"
    POST_INSTALL = "post-install"
    MANUAL = "manual"
    NIGHTLY = "nightly"
    PRE_DESTROY = "pre-destroy"
    PRE_APPLY = "pre-apply"
    POST_APPLY = "post-apply"


class State(StrEnum):
    """How far a snapshot has been proven, from least to most.

    ``checked``: every byte re-read, all digests agree. ``restored``: decrypted, restored and compared.
    """

    STORED = "stored"
    CHECKED = "checked"
    RESTORED = "restored"


@dataclass(frozen=True)
class Contents:
    """What a snapshot holds, by path with slashes: ``installer/...`` and ``journal.jsonl`` of the work folder,
    ``repository/...`` of the commit.

    ``has_generated_keys``: private keys that nobody can guess are among the secret files, so that a digest over them
    may be public. ``modes``: permissions of secret files that are not 0600.
    """

    public: Mapping[str, bytes]
    secret: Mapping[str, bytes] = field(repr=False)
    has_generated_keys: bool
    modes: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Name:
    """``<kind>/<UTC time>-<id>``: the same here and in the remote."""

    kind: Kind
    time: datetime
    id: str

    @classmethod
    def new(cls, kind: Kind, time: datetime | None = None) -> Name:
        """A name that nobody else has: of two writers at the same second the random part differs."""
        now = time or datetime.now(tz=UTC).replace(microsecond=0)
        return cls(kind, now, os.urandom(4).hex())

    @classmethod
    def parse(cls, text: str) -> Name | None:
        """The name that ``text`` is; None for anything else, such as a lease."""
        found = _NAME.match(text)
        if not found or found["kind"] not in list(Kind):
            return None
        try:
            time = datetime.strptime(found["time"], _TIME).replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(Kind(found["kind"]), time, found["id"])

    @property
    def order(self) -> tuple[datetime, str]:
        """Sorts names from old to new."""
        return self.time, self.id

    def __str__(self) -> str:
        return f"{self.kind}/{stamp(self.time)}-{self.id}"


@dataclass(frozen=True)
class Proof:
    """A state and when it was reached (UTC)."""

    state: State
    time: datetime


@dataclass(frozen=True)
class Snapshot:
    """One snapshot. ``ref``: its reference in this clone; ``object``: the id of its parentless commit.

    ``commit``: the commit of the cluster repository that it belongs to; ``recipients`` is empty where nothing in it is
    secret. ``is_pushed`` is None where there is no remote. Of a snapshot with ``is_local`` False, or with a ``fault``
    (its manifest cannot be read), only name, object and proof are known.
    """

    name: Name
    ref: str
    object: str
    commit: str
    cluster: str
    versions: Mapping[str, str]
    files: int
    secret_size: int
    recipients: tuple[str, ...]
    is_pushed: bool | None
    is_local: bool
    proof: Proof
    fault: str = ""

    @property
    def kind(self) -> Kind:
        return self.name.kind

    @property
    def time(self) -> datetime:
        return self.name.time

    @property
    def id(self) -> str:
        return self.name.id

    @property
    def state(self) -> State:
        return self.proof.state

    @property
    def has_secrets(self) -> bool:
        return bool(self.recipients)


@dataclass(frozen=True)
class Pushed:
    """How a push went: names that are in the remote now, names that are still only here, and why."""

    done: tuple[str, ...]
    left: tuple[str, ...]
    why: str

    @property
    def is_complete(self) -> bool:
        return not self.left


def stamp(time: datetime) -> str:
    """The time as names hold it, such as 20261126T031500Z."""
    return time.astimezone(UTC).strftime(_TIME)


def read_stamp(text: str) -> datetime | None:
    """The time that ``stamp`` wrote."""
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def written(time: datetime) -> str:
    """The time as files and people read it, such as 2026-11-26T03:15:00Z."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
