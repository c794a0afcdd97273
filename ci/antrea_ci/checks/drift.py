"""Family ``drift``: what is written follows from its sources; programs are locked at the versions that are meant."""

from __future__ import annotations

from collections.abc import Iterator

from antrea_ci.checks.context import Context
from antrea_ci.errors import FindingsError
from antrea_ci.findings import Finding, Location
from antrea_ci.tools.lock import LockedTool, ToolsLock, read_lock
from antrea_ci.tools.requirements_file import entries
from antrea_ci.yamlio import Document, parse

_RELEASED = ("openshift-install", "oc")


def findings(context: Context) -> Iterator[Finding]:
    """An error for each file that ``render`` would change, and what is wrong with the locked programs."""
    if context.rendering:
        for name in context.rendering.stale():
            yield Finding("drift/stale", "is not what its sources give", location=Location(name))
    yield from _tools(context)
    yield from _requirements(context)


def _requirements(context: Context) -> Iterator[Finding]:
    path = context.repo.requirements_file
    if not path.is_file():
        return
    name = context.repo.name(path)
    found = entries(path.read_bytes().decode("utf-8", "replace"))
    bare = [entry for entry in found if not (entry.hashed and entry.version)]
    if bare and not any(entry.hashed for entry in found):
        message = f"no checksum is locked for {bare[0].name}"
        yield Finding("drift/requirements-unlocked", message, location=Location(name, bare[0].line, 1))
        return
    for entry in bare:
        lacks = "no checksum" if entry.version else "no exact version"
        message = f"{entry.name} has {lacks}, and others have both"
        yield Finding("drift/requirements-partly-locked", message, location=Location(name, entry.line, 1))


def _tools(context: Context) -> Iterator[Finding]:
    path = context.repo.tools_lock_file
    if not path.is_file():
        return
    name = context.repo.name(path)
    try:
        document, lock = parse(path.read_bytes(), name), read_lock(path)
    except FindingsError as error:
        yield from error.findings
        return
    yield from _unlocked(document, lock)
    yield from _other_version(context, document, lock)


def _unlocked(document: Document, lock: ToolsLock) -> Iterator[Finding]:
    bare = [tool for tool in lock.tools.values() if not tool.sha256]
    if bare:
        names = " and ".join(tool.name for tool in bare)
        place = document.locate(("tools", bare[0].name, "sha256"), key=True)
        yield Finding("drift/tools-unlocked", f"no checksum is locked for {names}", location=place)


def _other_version(context: Context, document: Document, lock: ToolsLock) -> Iterator[Finding]:
    cluster = context.cluster
    if cluster is None or cluster.file.openshift is None:
        return
    wanted = cluster.file.openshift.version
    tools: list[LockedTool] = [tool for name, tool in lock.tools.items() if name in _RELEASED]
    for tool in tools:
        if tool.version != wanted:
            message = f"{tool.name} {tool.version} is locked, the cluster is {wanted}"
            place = document.locate(("tools", tool.name, "version"))
            yield Finding("drift/tools-version", message, location=place)
