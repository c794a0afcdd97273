"""What `images verify` has to ask for in a repository as it stands, remembered by its content.

To read and judge a repository takes longer than to ask a registry for six images. What is remembered holds no secret,
and is used only where there is none: with a login the repository is read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TypedDict, cast

from antrea_ci import memory
from antrea_ci.exchange import Line
from antrea_ci.findings import Location
from antrea_ci.images.mirrors import Mirrors
from antrea_ci.images.verify import Outside, Wanted
from antrea_ci.proxies import way_of_machine
from antrea_ci.repo import ClusterRepo
from antrea_ci.web import trust_as_in_go

_WHAT = "images"
_LOGINS = ("ANTREA_GITOPS_PULL_SECRET", "ANTREA_GITOPS_SECRET_REGISTRY")


@dataclass(frozen=True)
class Current:
    """``pem`` are the authorities of nodes, ``seconds`` is how long an answer may take, ``untrusted_fix`` as in
    ``verdict.findings``. ``is_guess``: nobody says which machines there are. ``is_outdated``: rendered/ is."""

    wanted: tuple[Wanted, ...]
    mirrors: Mirrors
    pem: str
    seconds: float
    untrusted_fix: str
    is_guess: bool
    is_outdated: bool

    @property
    def outside(self) -> Outside:
        """How nodes without a login and without a proxy of their own reach registries."""
        line = Line(trust_as_in_go(self.pem), self.seconds, way_of_machine)
        return Outside(line, _nobody, self.mirrors, plain_on_loopback=True)


class _Wanted(TypedDict):
    reference: str
    platforms: list[str]
    place: dict[str, str | int]
    object: str


class _Mirrors(TypedDict):
    entries: list[tuple[str, list[str], bool]]


class _Kept(TypedDict):
    wanted: list[_Wanted]
    mirrors: _Mirrors
    pem: str
    seconds: float
    untrusted_fix: str
    is_guess: bool
    is_outdated: bool


def recalled(repo: ClusterRepo, environment: Mapping[str, str]) -> Current | None:
    """What is known of ``repo``; None where it has to be read, or where there is a login."""
    if any(environment.get(name) for name in _LOGINS):
        return None
    data = memory.recall(_WHAT, _key(repo))
    with suppress(ValueError, KeyError, TypeError):
        # Whoever can write there can make it anything; what is no such record is not remembered.
        return _read(cast("_Kept", json.loads(data))) if data else None
    return None


def keep(repo: ClusterRepo, current: Current) -> None:
    """Remembers it for the repository as it is now."""
    memory.keep(_WHAT, _key(repo), json.dumps(asdict(current)).encode())


def _read(kept: _Kept) -> Current:
    wanted = tuple(
        Wanted(one["reference"], tuple(one["platforms"]), _place(one["place"]), one["object"]) for one in kept["wanted"]
    )
    mirrors = Mirrors(tuple((source, tuple(places), never) for source, places, never in kept["mirrors"]["entries"]))
    return Current(
        wanted,
        mirrors,
        kept["pem"],
        kept["seconds"],
        kept["untrusted_fix"],
        kept["is_guess"],
        kept["is_outdated"],
    )


def _place(kept: Mapping[str, str | int]) -> Location:
    return Location(str(kept["file"]), int(kept["line"]), int(kept["column"]), int(kept["document"]))


def _nobody(_: str) -> None:
    return None


def _key(repo: ClusterRepo) -> str:
    return hashlib.sha256(repr((memory.own_state(), *_contents(repo))).encode()).hexdigest()


def _contents(repo: ClusterRepo) -> Iterator[tuple[str, str]]:
    rendered = [path for folder in (repo.rendered, repo.rendered_nsx) for path in sorted(folder.glob("*.y*ml"))]
    for path in (repo.cluster_file, repo.install_config_file, *rendered):
        if path.is_file():
            yield repo.name(path), hashlib.sha256(path.read_bytes()).hexdigest()
