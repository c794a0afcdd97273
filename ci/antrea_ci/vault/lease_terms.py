"""What a lease says: who holds it, on which machine, since when and until when."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import socket
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import cast

from antrea_ci.pipeline.runs import current_run
from antrea_ci.vault.model import written

_UNKNOWN = "somebody (the lease cannot be read)"


@dataclass(frozen=True)
class Here:
    """This process as leases name it. ``machine``: the same for two processes that see each other's ids; empty where
    that cannot be told."""

    holder: str
    host: str
    machine: str
    pid: int


@dataclass(frozen=True)
class Terms:
    """The content of a lease."""

    cluster: str
    verb: str
    holder: str
    host: str
    machine: str
    pid: int
    since: datetime
    until: datetime

    @classmethod
    def new(cls, cluster: str, verb: str, now: datetime, lasting: timedelta) -> Terms:
        """For this process, from now on."""
        us = here()
        return cls(cluster, verb, us.holder, us.host, us.machine, us.pid, since=now, until=now + lasting)

    @classmethod
    def parse(cls, text: str) -> Terms:
        """What a lease says; one that cannot be read is held by somebody, for ever."""
        try:
            read = cast("dict[str, object]", json.loads(text))
            words = {name: str(read[name]) for name in ("cluster", "verb", "holder", "host", "machine")}
            since, until = (datetime.fromisoformat(str(read[name])).astimezone(UTC) for name in ("since", "until"))
            return cls(**words, pid=int(str(read["pid"])), since=since, until=until)
        except (ValueError, KeyError, TypeError):
            never = datetime.max.replace(tzinfo=UTC, microsecond=0)
            return cls("", "another run", _UNKNOWN, "", "", 0, datetime.fromtimestamp(0, tz=UTC), never)

    def data(self) -> str:
        """The content as it is stored."""
        return json.dumps(asdict(self) | {"since": self.since.isoformat(), "until": self.until.isoformat()})

    def until_at_least(self, until: datetime) -> Terms:
        """The same, and longer if ``until`` is later."""
        return replace(self, until=max(self.until, until))

    def is_living(self) -> bool:
        """Whether there is a process with the holder's id on this machine."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True

    def as_text(self) -> str:
        """For messages: holder, host, since when, until when."""
        if not self.host:
            return self.holder
        return f"{self.holder} on {self.host} ({self.verb}, since {written(self.since)}, until {written(self.until)})"


@cache
def here() -> Here:
    """This process."""
    run = current_run(os.environ)
    host = socket.gethostname()
    return Here(run.url or f"{run.host} run {run.id}" if run else _user(), host, _machine(host), os.getpid())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"user {os.getuid()}"


def _machine(host: str) -> str:
    """Changes with each start of the machine, and differs between containers that do not see each other's processes."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").readlink()
    except OSError:
        return ""
    return hashlib.sha256(f"{host} {boot} {space}".encode()).hexdigest()[:16]
