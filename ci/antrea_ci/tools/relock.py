"""`tools lock`: writes checksums into tools.lock.yaml, each from a source that vouches for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol, TypeAlias, cast
from urllib.parse import urlsplit

from antrea_ci import files, yamlio
from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.tools import download, signature
from antrea_ci.tools.catalogue import release_key
from antrea_ci.tools.lock import LockedTool, lock_text, parse_lock
from antrea_ci.tools.lock_faults import LOOPBACK, SHA256

_Editable: TypeAlias = MutableMapping[str, object]
_Lists: TypeAlias = Callable[[str, str, Path | None], Mapping[str, str]]
_LIST_LIMIT = 4 << 20


class _Style(Protocol):
    def set_block_style(self) -> None: ...


class _Comments(Protocol):
    items: dict[str, object]


class _Styled(Protocol):
    """A mapping of ruamel's: ``fa`` says whether it is written in braces, ``ca`` holds the comments by key."""

    fa: _Style
    ca: _Comments


def relock(file: Path, versions: Mapping[str, str], *, key: Path | None = None) -> list[LockedTool]:
    """Brings ``file`` to ``versions`` (program to version; those not named stay) and writes every checksum.

    A missing file is made, with OpenShift's programs if their version is given. ``key`` is trusted in place of the
    shipped key. Returns the programs as locked. On any failure nothing is written.
    """
    old = file.read_bytes().decode("utf-8") if file.exists() else lock_text(versions.get("openshift-install", ""))
    yamlio.parse(old, file.name)
    editable = yamlio.load_editable(old)
    entries = _entries(editable)
    _set_versions(entries, versions, file.name)
    lists = cache(_listed)
    locked: list[LockedTool] = []
    for tool in parse_lock(yamlio.dump_editable(editable), file.name, trust_checksums=False).tools.values():
        sums = _checksums(tool, key, lists)
        _set_checksums(entries[tool.name], sums)
        locked.append(replace(tool, sha256=sums))
    new = yamlio.dump_editable(editable)
    parse_lock(new, file.name)
    if not file.exists() or new != old:
        files.write_atomically(file, new.encode())
    return locked


def _entries(editable: Mapping[str, object]) -> dict[str, _Editable]:
    tools = editable.get("tools")
    named = cast("Mapping[str, object]", tools if isinstance(tools, Mapping) else {})
    return {name: cast("_Editable", entry) for name, entry in named.items() if isinstance(entry, MutableMapping)}


def _set_versions(entries: Mapping[str, _Editable], versions: Mapping[str, str], name: str) -> None:
    for tool, version in versions.items():
        if tool not in entries:
            raise UsageError(f"{name} names no program {tool}", fix="leave its version out")
        entries[tool]["version"] = version


def _set_checksums(entry: _Editable, sums: Mapping[str, str]) -> None:
    """Changes the mapping in place where there is one, so that the comments around it stay."""
    if not isinstance(entry.get("sha256"), dict):
        entry["sha256"] = dict(sums)
        return
    held = cast("_Editable", entry["sha256"])
    styled = cast("_Styled", held)
    # What follows the mapping in the file hangs on its last key, whichever that is.
    following = styled.ca.items.pop(list(held)[-1], None) if held else None
    for platform in [name for name in held if name not in sums]:
        del held[platform]
    held.update(sums)
    if following is not None:
        styled.ca.items[list(held)[-1]] = following
    styled.fa.set_block_style()


def _checksums(tool: LockedTool, key: Path | None, lists: _Lists) -> dict[str, str]:
    if tool.version == tool.facts.version:
        return dict(tool.facts.sha256)
    url = download.mirrored(tool.url_beside(tool.facts.checksums))
    signed_by = download.mirrored(tool.url_beside(tool.facts.signature)) if tool.facts.signature else ""
    listed = lists(url, signed_by, key)
    names = {tool.archive_for(platform): platform for platform in tool.facts.archives}
    sums = {platform: listed[name] for name, platform in names.items() if name in listed}
    if not sums:
        raise AntreaGitopsError(
            f"{download.shown(url)} names no archive of {tool.name} {tool.version}",
            fix=f"check that this version exists; the names looked for are {', '.join(names)}",
        )
    return sums


def _listed(url: str, signature_url: str, key: Path | None) -> Mapping[str, str]:
    """File name to sha256 as the list at ``url`` has it; without a signature only over https."""
    if not signature_url and urlsplit(url).scheme != "https" and urlsplit(url).hostname not in LOOPBACK:
        raise AntreaGitopsError(
            f"{download.shown(url)} has no signature and does not come over https",
            why="nothing would vouch for the checksums",
            fix=f"name an https mirror by {download.MIRROR}, or none",
        )
    text = download.fetch_bytes(url, limit=_LIST_LIMIT)
    if signature_url:
        made = download.fetch_bytes(signature_url, limit=_LIST_LIMIT)
        cert = signature.certificate(key) if key else signature.shipped_certificate(release_key())
        signature.verify(text, made, cert, name=download.shown(url))
    rows = (line.split() for line in text.decode("utf-8", "replace").splitlines())
    return {row[1].lstrip("*"): row[0].lower() for row in rows if len(row) == 2 and SHA256.fullmatch(row[0].lower())}
