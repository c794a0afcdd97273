"""Finds what an overlay must not name: remote resources, charts and plugins (DESIGN section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Document, Value, parse

_FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# kustomize takes its keys in any case, and fetches whatever has a scheme wherever it expects a file.
_EVERY_KEY = None
_PATH = frozenset({"path"})
_SOURCES = frozenset({"files", "envs", "env"})
_PATH_LISTS = ("resources", "components", "bases", "crds", "configurations", "patchesstrategicmerge")
_PATHS: dict[str, frozenset[str] | None] = {
    **dict.fromkeys(_PATH_LISTS, _EVERY_KEY),
    **dict.fromkeys(("patches", "patchesjson6902", "replacements", "openapi"), _PATH),
    **dict.fromkeys(("configmapgenerator", "secretgenerator"), _SOURCES),
}
_FORBIDDEN = ("helmcharts", "helmchartinflationgenerator", "helmglobals", "generators", "transformers", "validators")
_REMOTE = re.compile(r"://|:/[^/]|^git@|^git::|\?ref=")
_REMOTE_IF_ABSENT = re.compile(r"^[\w.-]+\.[a-z]{2,}[/:].*")
Steps: TypeAlias = "tuple[str | int, ...]"


def remote_findings(repo: ClusterRepo) -> list[Finding]:
    """An error for every remote, chart or plugin in the overlays and what they include from this repository."""
    seen: set[Path] = set()
    overlays = (repo.overlay, repo.nsx_overlay, repo.nsx_removal_overlay)
    return [finding for overlay in overlays for finding in _walk(repo, overlay, seen)]


def _walk(repo: ClusterRepo, folder: Path, seen: set[Path]) -> Iterator[Finding]:
    folder = folder.resolve()
    file = next((folder / name for name in _FILE_NAMES if (folder / name).is_file()), None)
    if file is None or folder in seen:
        return
    seen.add(folder)
    try:
        document = parse(file.read_bytes(), repo.name(file))
        content = document.mapping
    except FindingsError as error:
        yield from error.findings
        return
    for key in content:
        if key.casefold() in _FORBIDDEN and content[key]:
            yield _finding(document, (key,), f"`{key}` is not allowed here: it runs charts or plugins")
    for path, entry in _entries(content):
        local = folder / entry
        if fault := _fault(repo, document, path, entry, local):
            yield fault
        elif local.is_dir():
            yield from _walk(repo, local, seen)


def _fault(repo: ClusterRepo, document: Document, path: Steps, entry: str, local: Path) -> Finding | None:
    """Why ``entry``, which would be ``local``, must not be named; None if it may."""
    if _REMOTE.search(entry) or (_REMOTE_IF_ABSENT.search(entry) and not local.exists()):
        return _finding(document, path, f"`{entry}` is a remote resource")
    return None if local.resolve().is_relative_to(repo.root) else _outside(document, path, entry)


def _entries(content: dict[str, Value]) -> Iterator[tuple[Steps, str]]:
    """Everything that kustomize would read or fetch, and where it stands."""
    for key, value in content.items():
        if key.casefold() in _PATHS:
            yield from _texts(value, (key,), _PATHS[key.casefold()])


def _texts(value: Value, path: Steps, keys: frozenset[str] | None) -> Iterator[tuple[Steps, str]]:
    if isinstance(value, str):
        # A text of several lines is a patch, not a path.
        if keys is None and "\n" not in value:
            yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index), keys)
    elif isinstance(value, dict) and keys is not None:
        for key, item in value.items():
            if key.casefold() in keys:
                yield from _texts(item, (*path, key), _EVERY_KEY)


def _outside(document: Document, path: Steps, entry: str) -> Finding:
    return Finding("overlay/outside", f"`{entry}` lies outside this repository", location=document.locate(path))


def _finding(document: Document, path: Steps, message: str) -> Finding:
    return Finding("overlay/remote", message, location=document.locate(path))
