"""The rules of a repository as it stands, remembered by its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from antrea_ci import memory
from antrea_ci.firewall.rule import Phase, Rule
from antrea_ci.repo import ClusterRepo

if TYPE_CHECKING:
    from antrea_ci.model.effective import Cluster

_WHAT = "firewall"


@dataclass(frozen=True)
class Needs:
    """``cluster``: the cluster's name, empty where it has none."""

    cluster: str
    rules: tuple[Rule, ...]


class _Rule(TypedDict):
    source: str
    destination: str
    protocol: str
    port: str
    phase: Phase
    reason: str
    fact: str


class _Kept(TypedDict):
    cluster: str
    rules: list[_Rule]


def needs(repo: ClusterRepo) -> Needs:
    """What the cluster of ``repo`` needs: of rendered/ where that is what cluster.yaml gives, else rendered in memory.

    Raises FindingsError where its files are wrong; what `render` raises where it is not rendered.
    """
    key = _key(repo)
    if (found := _recalled(key)) is None:
        found = _worked_out(repo)
        _keep(key, found)
    return found


def remember(repo: ClusterRepo, found: Needs) -> None:
    """Keeps what was found while ``repo`` was rendered, as it stands now."""
    _keep(_key(repo), found)


def _keep(key: str, found: Needs) -> None:
    kept = {"cluster": found.cluster, "rules": [rule.as_json() for rule in found.rules]}
    memory.keep(_WHAT, key, json.dumps(kept).encode())


def _worked_out(repo: ClusterRepo) -> Needs:
    from antrea_ci.firewall import rendered_objects, rules
    from antrea_ci.model.effective import load

    cluster = load(repo)
    if _is_rendered(repo, cluster):
        return Needs(cluster.name, rules(cluster, rendered_objects(repo)))
    from antrea_ci.render.engine import render
    from antrea_ci.render.kustomize import find_kustomize

    return render(repo, find_kustomize(repo), cluster).needs


def _is_rendered(repo: ClusterRepo, cluster: Cluster) -> bool:
    """Whether rendered/ is there, and of this cluster.yaml. What else may have changed `render --check` tells."""
    from antrea_ci.bundle.contents import load_bundle
    from antrea_ci.files import read_tree
    from antrea_ci.render.overlay import generated_files

    generated = read_tree(repo.generated)
    return repo.rendered.is_dir() and generated == generated_files(cluster, load_bundle(repo, cluster.file.flavour))


def _key(repo: ClusterRepo) -> str:
    digest = hashlib.sha256(repr((memory.own_state(), *_contents(repo))).encode())
    return digest.hexdigest()


def _contents(repo: ClusterRepo) -> Iterator[tuple[str, str]]:
    """What decides the rules: the files that render reads, and those that it wrote."""
    folders = (repo.bundle.parent, repo.rendered)
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    for path in (repo.cluster_file, repo.install_config_file, *found):
        yield repo.name(path), _digest(path)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _recalled(key: str) -> Needs | None:
    data = memory.recall(_WHAT, key)
    with suppress(ValueError, KeyError, TypeError):
        # Whoever can write there can make it anything; what is no such record is not remembered.
        kept = cast("_Kept", json.loads(data)) if data else None
        return Needs(kept["cluster"], tuple(Rule(**rule) for rule in kept["rules"])) if kept else None
    return None
