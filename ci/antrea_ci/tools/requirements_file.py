"""requirements.txt of a cluster repository: antrea-gitops and what it needs, for pipelines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

TOOL = "antrea-gitops"

_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*===?\s*(?P<version>[^\s;\\,*]+)(?=[\s;\\]|$)"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HASH = re.compile(r"--hash[=\s]\s*\w+:\w+")
_COMMENT = re.compile(r"(^|\s)#.*$")


@dataclass(frozen=True)
class Entry:
    """One requirement. ``name`` is as the index knows it, ``version`` is "" unless exact, ``line`` counts from 1."""

    name: str
    version: str
    hashed: bool
    line: int


def entries(text: str) -> list[Entry]:
    """The requirements of ``text``; pip's options and other kinds of lines are left out."""
    found: list[Entry] = []
    for line, logical in _logical_lines(text):
        name = _NAME.match(logical)
        if name:
            pinned = _PINNED.match(logical)
            version = pinned["version"] if pinned else ""
            found.append(Entry(normalized(name[0]), version, _HASH.search(logical) is not None, line))
    return found


def options(text: str) -> list[tuple[int, str]]:
    """The lines of ``text`` that are options of pip, such as `--index-url`, with their numbers."""
    return [(line, logical) for line, logical in _logical_lines(text) if logical.startswith("-")]


def normalized(name: str) -> str:
    """The one way to write a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def head(text: str) -> str:
    """The comment and empty lines before the first other line."""
    lines = text.splitlines(keepends=True)
    first = next((number for number, line in enumerate(lines) if line.strip() and line[0] != "#"), len(lines))
    return "".join(lines[:first])


def requirements_text(before: str, versions: Mapping[str, str], hashes: Mapping[str, Collection[str]]) -> str:
    """``before``, then each package at its version with its sha256 sums, this tool first."""
    names = sorted(versions, key=lambda name: (name != TOOL, name))
    return before + "".join(
        " \\\n    ".join([f"{name}=={versions[name]}", *(f"--hash=sha256:{one}" for one in sorted(hashes[name]))])
        + "\n"
        for name in names
    )


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where a backslash ends them, without comments, each with the number of its first line."""
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start if held else number
        bare = _COMMENT.sub("", line).rstrip()
        if bare.endswith("\\"):
            held += bare[:-1] + " "
            continue
        yield start, (held + bare).strip()
        held = ""
    if held:
        yield start, held.strip()
