"""What this machine and this repository lack for each verb, and how to come by it (facts/requirements.yaml)."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NotRequired, TypeAlias, TypedDict, cast

from antrea_ci import process, yamlio
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.repo import ClusterRepo
from antrea_ci.tools.catalogue import platform as platform_name
from antrea_ci.tools.find import ensure_tool
from antrea_ci.tools.lock import read_lock
from antrea_ci.values import mapping_at, text_at, value_at

_IDENTITY = "ANTREA_GITOPS_AGE_IDENTITY"
_FACTS = Path(__file__).with_name("facts") / "requirements.yaml"


class State(StrEnum):
    """How a requirement stands. ADVISED: it is missing, and only a part of a verb needs it."""

    OK = "ok"
    ADVISED = "advised"
    MISSING = "missing"


@dataclass(frozen=True)
class Requirement:
    """One thing that verbs need: what was found (or why not), who needs it, and how to get it."""

    name: str
    state: State
    detail: str
    verbs: tuple[str, ...]
    fix: str


@dataclass(frozen=True)
class VerbState:
    """Whether a verb can run here; ``core`` verbs are those that must work offline."""

    verb: str
    core: bool
    lacks: tuple[str, ...]

    @property
    def ready(self) -> bool:
        return not self.lacks


@dataclass(frozen=True)
class Report:
    """Everything found. ``repository`` is the folder of the cluster repository, "" outside of one."""

    repository: str
    requirements: tuple[Requirement, ...]
    verbs: tuple[VerbState, ...]

    @property
    def core_ready(self) -> bool:
        """Whether every core verb can run."""
        return all(verb.ready for verb in self.verbs if verb.core)

    def as_json(self) -> dict[str, object]:
        """``{"repository", "requirements": [...], "verbs": [{"verb", "core", "lacks", "ready"}], "core_ready"}``."""
        return {
            "repository": self.repository,
            "requirements": [asdict(item) for item in self.requirements],
            "verbs": [{**asdict(verb), "ready": verb.ready} for verb in self.verbs],
            "core_ready": self.core_ready,
        }


@dataclass(frozen=True)
class _Need:
    kind: str
    get: str
    at_least: str = ""
    any_of: Sequence[str] = ()
    where: Mapping[str, yamlio.Value] | None = None


class _RawNeed(TypedDict):
    kind: str
    get: str
    at_least: NotRequired[str]
    any_of: NotRequired[list[str]]
    where: NotRequired[dict[str, yamlio.Value]]


class _Verb(TypedDict):
    needs: list[str]
    wants: NotRequired[list[str]]
    core: NotRequired[bool]
    where: NotRequired[dict[str, yamlio.Value]]


class _Facts(TypedDict):
    requirements: dict[str, _RawNeed]
    verbs: dict[str, _Verb]


_Answer: TypeAlias = tuple[bool, str]


def examine(folder: Path, verbs: Collection[str]) -> Report:
    """Looks at this machine and, if ``folder`` is a cluster repository, at its tools.lock.yaml; no network.

    Only ``verbs`` that the facts know are reported, in the order of the facts, and nothing that the cluster lacks.
    """
    facts = _facts()
    repo = ClusterRepo(folder.resolve())
    cluster = _cluster_file(repo) or {"flavour": "openshift"}
    asked = {
        name: verb for name, verb in facts["verbs"].items() if name in verbs and _is_here(verb.get("where"), cluster)
    }
    found = [
        _requirement(name, need, asked, repo)
        for name, need in ((name, _Need(**raw)) for name, raw in facts["requirements"].items())
        if _users(name, asked) and _is_here(need.where, cluster)
    ]
    missing = {item.name for item in found if item.state is State.MISSING}
    states = (
        VerbState(verb, raw.get("core", False), tuple(name for name in raw["needs"] if name in missing))
        for verb, raw in asked.items()
    )
    return Report(str(repo.root) if repo.cluster_file.is_file() else "", tuple(found), tuple(states))


def _is_here(where: Mapping[str, yamlio.Value] | None, cluster: yamlio.Value) -> bool:
    """Whether the cluster has what a fact is about, by keys of cluster.yaml with dots."""
    return all(value_at(cluster, tuple(key.split("."))) == value for key, value in (where or {}).items())


def _requirement(name: str, need: _Need, verbs: Mapping[str, _Verb], repo: ClusterRepo) -> Requirement:
    there, detail = _LOOKS[need.kind](name, need, repo)
    needed = any(name in verb["needs"] for verb in verbs.values())
    state = State.OK if there else State.MISSING if needed else State.ADVISED
    return Requirement(name, state, detail, _users(name, verbs), "" if there else need.get)


def _users(name: str, verbs: Mapping[str, _Verb]) -> tuple[str, ...]:
    return tuple(verb for verb, raw in verbs.items() if name in [*raw["needs"], *raw.get("wants", [])])


def _python(_: str, need: _Need, _repo: ClusterRepo) -> _Answer:
    wanted = tuple(int(part) for part in need.at_least.split("."))
    return sys.version_info[: len(wanted)] >= wanted, f"{platform.python_version()} ({sys.executable})"


def _program(_: str, need: _Need, _repo: ClusterRepo) -> _Answer:
    found = next((path for name in need.any_of if (path := shutil.which(name))), None)
    return found is not None, found or f"PATH has no {' or '.join(need.any_of)}"


def _git_identity(_: str, _need: _Need, repo: ClusterRepo) -> _Answer:
    unset = [key for key in ("user.name", "user.email") if not _git_value(key, repo.root)]
    return not unset, f"Git knows no {' and no '.join(unset)} for commits" if unset else "set"


def _git_value(key: str, folder: Path) -> str:
    variable = f"GIT_AUTHOR_{key.removeprefix('user.').upper()}"
    if os.environ.get(variable):
        return variable
    if shutil.which("git") is None:
        return ""
    cwd = folder if folder.is_dir() else None
    done = process.run(["git", "config", "--get", key], cwd=cwd, timeout=20, check=False)
    return done.stdout.decode("utf-8", "replace").strip()


def _tool(name: str, _need: _Need, repo: ClusterRepo) -> _Answer:
    try:
        lock = read_lock(repo.tools_lock_file)
        program = ensure_tool(name, lock, allow_install=False)
    except AntreaGitopsError as error:
        return False, error.as_text().splitlines()[0].removeprefix("error: ")
    return True, f"{lock.tool(name).version} ({program})"


def _client(name: str, need: _Need, repo: ClusterRepo) -> _Answer:
    """Any of the programs, if not the locked one."""
    there, detail = _tool(name, need, repo)
    found, where = _program(name, need, repo)
    return (True, detail) if there else (found, where)


def _checksums(_: str, _need: _Need, repo: ClusterRepo) -> _Answer:
    try:
        lock = read_lock(repo.tools_lock_file)
    except AntreaGitopsError as error:
        return False, error.as_text().splitlines()[0]
    here = platform_name()
    without = [name for name, tool in lock.tools.items() if not tool.sha256.get(here)]
    return not without, f"{lock.file} has none for {', '.join(without)} on {here}" if without else f"locked for {here}"


def _environment(_: str, need: _Need, repo: ClusterRepo) -> _Answer:
    """A secret, by the name that cluster.yaml gives it; where it comes from elsewhere, the verb itself tells."""
    provider, names = _secrets(repo)
    wanted = [names.get(name) or name for name in need.any_of]
    present = next((str(name) for name in wanted if os.environ.get(str(name))), None)
    if present is None and provider != "env" and need.any_of != [_IDENTITY]:
        return True, f"comes from secrets.provider {provider}"
    return present is not None, f"{present} is set" if present else f"{' or '.join(map(str, wanted))} is not set"


def _secrets(repo: ClusterRepo) -> tuple[str, Mapping[str, yamlio.Value]]:
    value = _cluster_file(repo)
    return text_at(value, ("secrets", "provider")) or "env", mapping_at(value, ("secrets", "names"))


def _cluster_file(repo: ClusterRepo) -> yamlio.Value:
    with suppress(OSError, AntreaGitopsError):  # `check` tells what is wrong with it
        return yamlio.parse(repo.cluster_file.read_bytes(), repo.cluster_file.name).value
    return None


_LOOKS: Mapping[str, Callable[[str, _Need, ClusterRepo], _Answer]] = {
    "python": _python,
    "program": _program,
    "git-identity": _git_identity,
    "tool": _tool,
    "client": _client,
    "checksums": _checksums,
    "environment": _environment,
}


@cache
def _facts() -> _Facts:
    return cast("_Facts", yamlio.parse(_FACTS.read_bytes(), _FACTS.name).mapping)
