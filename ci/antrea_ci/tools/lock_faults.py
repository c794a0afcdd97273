"""What can be wrong with a tools.lock.yaml. It arrives by pull requests, and what it names is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from antrea_ci.findings import Finding
from antrea_ci.suggest import did_you_mean
from antrea_ci.tools.catalogue import KnownTool, known_tools
from antrea_ci.yamlio import Document, Value

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.+-]+)?")
SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYS = ("version", "url", "go", "sha256")
_LOCK = "run `antrea-gitops tools lock`"


class _Fault(NamedTuple):
    path: tuple[str, ...]
    message: str
    fix: str
    rule: str = "value"
    why: str = ""


def faults(document: Document, *, trust_checksums: bool) -> list[Finding]:
    """Every fault of the document; those of its checksums only if they are to be trusted."""
    found = _of_document(document.mapping.get("tools"), trust_checksums=trust_checksums)
    return [
        Finding(
            f"tools/{fault.rule}",
            f"`{'.'.join(fault.path)}`: {fault.message}",
            location=document.locate(fault.path, key=fault.rule.startswith("unknown")),
            why=fault.why,
            fix=fault.fix,
        )
        for fault in found
    ]


def _of_document(tools: Value, *, trust_checksums: bool) -> Iterator[_Fault]:
    if not isinstance(tools, dict) or not tools:
        yield _Fault(("tools",), "a mapping of program names is expected here", f"{_LOCK} after removing this file")
        return
    for name, raw in tools.items():
        known = known_tools().get(name)
        entry = raw if isinstance(raw, dict) else {}
        if known is None:
            message = f"the program is not known{did_you_mean(name, known_tools())}"
            yield _Fault(("tools", name), message, "correct or remove it", "unknown-program")
            continue
        yield from _of_tool(("tools", name), entry, known)
        if trust_checksums:
            yield from _of_checksums(("tools", name, "sha256"), entry, known)


def _of_tool(here: tuple[str, ...], entry: Mapping[str, Value], known: KnownTool) -> Iterator[_Fault]:
    for key in entry:
        if key not in _KEYS:
            message = f"the key is not known{did_you_mean(key, _KEYS)}"
            yield _Fault((*here, key), message, "correct or remove it", "unknown-key")
    version, url, go = entry.get("version"), entry.get("url"), entry.get("go", known.go)
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        yield _Fault(
            (*here, "version"), f"{version!r} is not a version", f"write one such as {known.version or '4.12.45'}"
        )
    if not isinstance(url, str) or not _is_sound(url):
        message = f"{url!r} is not an https address without a login"
        yield _Fault((*here, "url"), message, f"write one such as {known.url}")
    if go != known.go:
        fix = f"write {known.go}" if known.go else "remove it"
        yield _Fault((*here, "go"), f"{go!r} is not the module that builds {known.name}", fix)


def _of_checksums(here: tuple[str, ...], entry: Mapping[str, Value], known: KnownTool) -> Iterator[_Fault]:
    sums = entry.get("sha256", {})
    if not isinstance(sums, dict):
        yield _Fault(here, "a mapping of platforms to checksums is expected here", _LOCK)
        return
    for platform, value in sums.items():
        if not isinstance(value, str) or not SHA256.fullmatch(value):
            yield _Fault((*here, platform), f"{value!r} is not a sha256 in lower-case hex", _LOCK)
        elif entry.get("version") == known.version and value != known.sha256.get(platform, value):
            message = f"this is not the checksum of {known.name} {known.version} for {platform}"
            why = "what it stands for would be run by everybody who works in this repository"
            yield _Fault((*here, platform), message, _LOCK, "checksum", why)


def _is_sound(url: str) -> bool:
    parts = urlsplit(url)
    rest = re.sub(r"\{(version|platform|archive)\}", "", url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return secure and bool(parts.hostname) and "{" not in rest and "@" not in parts.netloc
