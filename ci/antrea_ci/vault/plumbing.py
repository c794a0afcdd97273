"""The vault's part of a Git repository: objects and references, below the porcelain.

No index, working tree or HEAD is involved. Every object is on disk before a reference names it.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from antrea_ci import vcs
from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.process import Completed
from antrea_ci.vcs import FALLBACK_EMAIL, FALLBACK_NAME, Mode, Object

# Of loose objects and references Git only promises to survive a crash of the machine if it is asked to.
_DURABLE = ("-c", "core.fsync=committed,loose-object,reference")
_FOLDER = "40000"
_AT_ONCE = 32 << 20
_PACK_KINDS = {"commit": 1, "tree": 2, "blob": 3}
_LEVEL = 1  # Git compresses them again when it unpacks them
_SECONDS = 120.0

Raw: TypeAlias = tuple[str, bytes]
"""The kind of an object, and its content."""


class Repository:
    """The Git repository that ``root`` lies in: also a linked work tree, a shallow clone, one with SHA-256."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def _facts(self) -> tuple[str, Path]:
        said = self._run("rev-parse", "--show-object-format", "--git-common-dir").stdout.decode().splitlines()
        return said[0], (self.root / os.fsdecode(said[1].encode())).resolve()

    @property
    def common_folder(self) -> Path:
        """The .git that all its work trees share."""
        return self._facts[1]

    @property
    def nothing(self) -> str:
        """The id that stands for no object: what a reference must be before it is made."""
        return "0" * (2 * hashlib.new(self._facts[0]).digest_size)

    def id_of(self, raw: Raw) -> str:
        """The id that Git gives to an object."""
        kind, data = raw
        return hashlib.new(self._facts[0], f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()

    def tree(self, files: Mapping[str, bytes]) -> tuple[str, list[Raw]]:
        """The id of a tree with these files, and all the objects that it takes, each before who names it."""
        entries: dict[bytes, tuple[str, str]] = {}
        below: dict[str, dict[str, bytes]] = {}
        objects: list[Raw] = []
        for path, data in files.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = data
            else:
                objects.append(("blob", data))
                entries[os.fsencode(name)] = (Mode.FILE, self.id_of(objects[-1]))
        for name, inner in below.items():
            found, more = self.tree(inner)
            objects += more
            entries[os.fsencode(name)] = (_FOLDER, found)
        objects.append(("tree", _tree_data(entries)))
        return self.id_of(objects[-1]), objects

    def commit(self, tree: str, message: str, time: datetime) -> Raw:
        """A commit without parents, by this tool and not by whoever runs it, so that it depends on nothing else."""
        who = f"{FALLBACK_NAME} <{FALLBACK_EMAIL}> {int(time.timestamp())} +0000"
        return "commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\n{message}\n".encode()

    def write(self, objects: Sequence[Raw]) -> None:
        """Stores what is not there yet; it survives a crash when this returns."""
        by_id = {self.id_of(raw): raw for raw in objects}
        missing = [by_id[object_id] for object_id, size in self.sizes(by_id).items() if size < 0]
        if missing:
            self._run(*_DURABLE, "unpack-objects", "-q", "--strict", stdin=self._pack(missing))

    def _pack(self, objects: Sequence[Raw]) -> bytes:
        """The objects as a stream that Git unpacks, in one process for all: gitformat-pack(5), version 2."""
        parts = [b"PACK", struct.pack(">II", 2, len(objects))]
        for kind, data in objects:
            parts += [_entry_head(_PACK_KINDS[kind], len(data)), zlib.compress(data, _LEVEL)]
        packed = b"".join(parts)
        return packed + hashlib.new(self._facts[0], packed, usedforsecurity=False).digest()

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """The size of each object in bytes; -1 for one that is not there or cannot be read."""
        left = list(dict.fromkeys(names))
        found: dict[str, int] = {}
        while left:
            answers = self._batch("--batch-check=%(objectsize)", left).stdout.decode("utf-8", "replace").splitlines()
            found |= {
                name: int(answer) if answer.isdigit() else -1 for name, answer in zip(left, answers, strict=False)
            }
            found |= dict.fromkeys(left[len(answers) : len(answers) + 1], -1)
            left = left[len(answers) + 1 :]
        return found

    def read(self, names: Iterable[str]) -> Iterator[tuple[str, Object]]:
        """The objects by these names (ids, or ``<id>:path``), but for those that are not there or cannot be read."""
        for some in _portions({name: size for name, size in self.sizes(names).items() if size >= 0}):
            yield from self.read_small(some)

    def read_small(self, names: Iterable[str]) -> Iterator[tuple[str, Object]]:
        """The same for objects that are small together."""
        left = list(names)
        while left:
            said = self._batch("--batch", left)
            found = list(vcs.batch(left, said.stdout))
            yield from found
            left = left[left.index(found[-1][0]) + 2 if found else 1 :] if said.code != 0 else []

    def _batch(self, option: str, names: Sequence[str]) -> Completed:
        """What `cat-file` says of each name; it ends at a damaged object, and is to be asked again for those behind."""
        lines = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        done = vcs.git(self.root, "cat-file", option, stdin=lines, timeout=_SECONDS)
        if done is None or b"not a git repository" in done.stderr:
            self._run("rev-parse")
        assert done is not None
        return done

    def read_one(self, name: str) -> bytes | None:
        """The content of one object; None where it is not there or cannot be read."""
        return next((found.data for _, found in self.read_small([name])), None)

    def files(self, tree: str) -> dict[str, str]:
        """The files of a tree by their paths, and the ids of their blobs; empty where it cannot be read."""
        found = vcs.tree(self.root, tree, whole=True) or {}
        return {name: entry.id for name, entry in found.items()}

    def references(self, prefix: str) -> dict[str, str]:
        """The references below ``prefix`` (with a slash at its end), without it, and the ids that they name."""
        said = self._run("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        lines = (line.partition(" ") for line in said.stdout.decode("utf-8", "replace").splitlines())
        return {name.removeprefix(prefix): object_id for object_id, _, name in lines}

    def create(self, reference: str, object_id: str) -> bool:
        """Makes a reference; False where it is there already."""
        return self.replace(reference, object_id, self.nothing)

    def replace(self, reference: str, object_id: str, old: str) -> bool:
        """Sets a reference that is ``old`` now; False where it is not."""
        return self._update(reference, object_id, old)

    def delete(self, reference: str, old: str) -> bool:
        """Removes a reference that is ``old`` now; False where it is not."""
        return self._update("-d", reference, old)

    def _update(self, *words: str) -> bool:
        done = vcs.git(self.root, *_DURABLE, "update-ref", *words)
        if done is None or done.code == 0:
            return done is not None
        said = done.stderr.decode("utf-8", "replace")
        if "cannot lock ref" in said and ("is at" in said or "already exists" in said or "unable to resolve" in said):
            return False
        raise _failed("update-ref", done)

    def _run(self, *words: str, stdin: bytes = b"") -> Completed:
        done = vcs.git(self.root, *words, stdin=stdin, timeout=_SECONDS)
        if done is None:
            raise MissingRequirementError("git is not on this machine", fix="install git and put it on PATH")
        if done.code != 0:
            raise _failed(next(word for word in words if not word.startswith(("-", "core."))), done)
        return done


def tree_of(commit: bytes) -> str:
    """The id of the tree that the content of a commit names; empty for a commit with parents, which is no snapshot."""
    head = commit.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    return head[0].removeprefix("tree ") if not any(line.startswith("parent ") for line in head) else ""


def entries_of(tree: bytes, size: int) -> Iterator[tuple[str, bool, str]]:
    """Name, whether it is a folder, and id of each entry of a tree's content; ids have ``size`` bytes."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, name = tree[at:end].partition(b" ")
        at = end + 1 + size
        yield os.fsdecode(name), mode.decode() == _FOLDER, tree[end + 1 : at].hex()


def _failed(verb: str, done: Completed) -> AntreaGitopsError:
    said = done.stderr.decode("utf-8", "replace").strip()
    if "not a git repository" in said:
        return AntreaGitopsError("this folder is in no Git repository", fix="run this in a clone of the repository")
    return AntreaGitopsError(f"`git {verb}` failed: {said}", fix="look at the disk and the rights of the .git folder")


def _entry_head(kind: int, size: int) -> bytes:
    """Kind and size of an entry in a pack: four bits of the size, then seven in each further byte."""
    head = [kind << 4 | size & 0x0F]
    size >>= 4
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head)


def _tree_data(entries: Mapping[bytes, tuple[str, str]]) -> bytes:
    """Git sorts a folder as if a slash ended its name."""
    ordered = sorted(entries.items(), key=lambda item: item[0] + (b"/" if item[1][0] == _FOLDER else b""))
    return b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(found) for name, (mode, found) in ordered)


def _portions(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """The names of what is there in lists of limited size together."""
    portion: list[str] = []
    total = 0
    for name, size in sizes.items():
        if portion and total + size > _AT_ONCE:
            yield portion
            portion, total = [], 0
        portion, total = [*portion, name], total + size
    if portion:
        yield portion
