"""Finds what an overlay must not name: remote resources, charts and plugins (DESIGN section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Document, Value, parse

_FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_PATH_LISTS = ("resources", "components", "bases", "crds", "configurations", "patchesStrategicMerge")
_FORBIDDEN = ("helmCharts", "helmChartInflationGenerator", "helmGlobals", "generators", "transformers", "validators")
_REMOTE = re.compile(r"://|^git@|^git::|\?ref=|^[\w.-]+\.[a-z]{2,}[/:].*")
_WHY = "an overlay comes with a pull request and is built before anybody has read it; what it fetches can change later"


def remote_findings(repo: ClusterRepo) -> list[Finding]:
    """An error for every remote, chart or plugin in the overlay and what it includes from this repository."""
    return list(_walk(repo, repo.overlay, set()))


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
    for key in filter(content.get, _FORBIDDEN):
        yield _finding(document, (key,), f"`{key}` is not allowed here: it runs charts or plugins")
    for path, entry in _entries(content):
        local = folder / entry
        if local.exists():
            if local.is_dir():
                yield from _walk(repo, local, seen)
        elif _REMOTE.search(entry):
            yield _finding(document, path, f"`{entry}` is a remote resource")


def _entries(content: dict[str, Value]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for key in _PATH_LISTS:
        value = content.get(key)
        for index, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, str) and "\n" not in entry:
                yield (key, index), entry
    for key in ("patches", "patchesJson6902", "replacements"):
        value = content.get(key)
        for index, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, dict) and isinstance(path := entry.get("path"), str):
                yield (key, index, "path"), path
    schema = content.get("openapi")
    if isinstance(schema, dict) and isinstance(path := schema.get("path"), str):
        yield ("openapi", "path"), path


def _finding(document: Document, path: tuple[str | int, ...], message: str) -> Finding:
    fix = "copy what you need into the repository and list it by its path"
    return Finding("overlay/remote", message, location=document.locate(path), why=_WHY, fix=fix, source="DESIGN 3")
