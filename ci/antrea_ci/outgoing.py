"""What a push would send: the contents that local commits brought and the other side lacks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from antrea_ci.vcs import git

_COMMIT_MARK = b"\x01"


@dataclass(frozen=True)
class Change:
    """A file that ``commit`` added or changed; ``name`` is its path from the folder that was asked about."""

    commit: str
    blob: str
    name: str


def outgoing_changes(root: Path) -> list[Change]:
    """What the commits brought that a push would send, newest first; empty where there is no repository.

    In a hook of pre-commit those that it names. Otherwise the commits of HEAD that its upstream lacks; without an
    upstream those that no remote has, and without a remote all.
    """
    revisions = _revisions(root)
    if not revisions:
        return []
    # -c: of a merge only what it changed itself. --relative: the folder may lie below the top of the repository.
    options = ("-z", "--raw", "-c", "--no-abbrev", "--no-renames", "--root", "--relative", "--format=%x01%H")
    done = git(root, "log", *options, *revisions, "--", ".")
    return list(_changes(done.stdout)) if done and done.code == 0 else []


def read_blobs(root: Path, blobs: Sequence[str], *, largest: int) -> Iterator[tuple[str, bytes | int]]:
    """The content of each blob, or its size where that is more than ``largest`` bytes."""
    if not blobs:
        return
    listed = git(root, "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin="\n".join(blobs).encode())
    lines = listed.stdout.decode().splitlines() if listed else []
    sizes = {name: int(size) for name, _, size in (line.partition(" ") for line in lines) if size.isdigit()}
    yield from ((name, size) for name, size in sizes.items() if size > largest)
    wanted = [name for name, size in sizes.items() if size <= largest]
    done = git(root, "cat-file", "--batch", stdin="\n".join(wanted).encode()) if wanted else None
    yield from _contents(done.stdout if done else b"")


def _revisions(root: Path) -> list[str]:
    """What to give to ``git log``; nothing where there is no commit."""
    start, end = (os.environ.get(f"PRE_COMMIT_{name}_REF", "") for name in ("FROM", "TO"))
    if _is_commit(root, end):
        return [end, *([f"^{start}"] if _is_commit(root, start) else ["--not", "--remotes"])]
    if _is_commit(root, "@{upstream}"):
        return ["HEAD", "^@{upstream}"]
    return ["HEAD", "--not", "--remotes"] if _is_commit(root, "HEAD") else []


def _is_commit(root: Path, revision: str) -> bool:
    if not revision or revision.startswith("-"):
        return False
    done = git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    return done is not None and done.code == 0


def _changes(output: bytes) -> Iterator[Change]:
    """Reads ``git log -z --raw -c``: the mark and a commit, then for each file modes, ids and status, and its path."""
    commit = ""
    parts = iter(output.split(b"\0"))
    for part in parts:
        words = part.strip(b"\n")
        if words.startswith(_COMMIT_MARK):
            commit = words[1:].decode()
        elif words.startswith(b":"):
            blob, name = _new_blob(words.decode()), os.fsdecode(next(parts))
            if blob:
                yield Change(commit, blob, name)


def _new_blob(entry: str) -> str:
    """The id after the change; empty for what is gone and for submodules. A merge has a colon for each parent."""
    parents = len(entry) - len(entry.lstrip(":"))
    words = entry.lstrip(":").split(" ")
    mode, blob = words[parents], words[2 * parents + 1]
    return blob if mode.startswith(("100", "120")) else ""


def _contents(output: bytes) -> Iterator[tuple[str, bytes]]:
    """Reads ``git cat-file --batch``: a line with id, kind and size before each content."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        name, _, size = output[start:end].split(b" ")
        yield name.decode(), output[end + 1 : end + 1 + int(size)]
        start = end + 1 + int(size) + 1
