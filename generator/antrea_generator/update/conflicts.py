"""Where both the people and the template changed the same place: found in what Copier left, whatever it returned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from antrea_generator.update.scratch import FileState, Scratch, Tree

# From a marker that opens to the one that closes, as git merge-file writes them.
_REGION = re.compile(rb"^<{7} .*?^>{7} [^\n]*$", re.DOTALL | re.MULTILINE)
_MARKER = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
_REJECTED = ".rej"
_LONGEST = 30


@dataclass(frozen=True)
class Conflict:
    """A file with conflicts. ``regions`` are texts of several lines, each of them headed by its place."""

    file: str
    regions: tuple[str, ...]

    def as_text(self) -> str:
        return "\n".join(
            [f"{self.file}: conflict", *(f"  {line}" for region in self.regions for line in region.splitlines())]
        )


def conflicts(clone: Scratch, before: Tree, after: Tree, born: Tree) -> tuple[Conflict, ...]:
    """Every file that Copier could not join. ``before`` and ``after`` its run; ``born``: what the old version wrote."""
    found: dict[str, tuple[str, ...]] = dict(_dropped(before, after, born))
    for name, state in after.items():
        if before.get(name) == state:
            continue
        if name.endswith(_REJECTED):
            found[name.removesuffix(_REJECTED)] = (_cut(state.data),)
        elif len(_MARKER.findall(state.data)) > len(_MARKER.findall(before[name].data if name in before else b"")):
            found[name] = tuple(_regions(state.data))
    for line in clone.git("ls-files", "--unmerged", "-z", "--", str(clone.repo.root)).split(b"\0"):
        name = line.partition(b"\t")[2].decode("utf-8", "surrogateescape")
        prefix = clone.repo.root.relative_to(clone.top).as_posix()
        if name:
            found.setdefault(name.removeprefix("" if prefix == "." else f"{prefix}/"), ("git calls it unmerged",))
    return tuple(Conflict(name, found[name]) for name in sorted(found))


def kept(before: Tree, after: Tree, found: tuple[Conflict, ...]) -> dict[str, FileState]:
    """What is brought over with conflicts: files that the template drops stay, what Copier could not apply goes."""
    dropped = {one.file: before[one.file] for one in found if one.file in before and one.file not in after}
    return {
        name: state for name, state in {**after, **dropped}.items() if name in before or not name.endswith(_REJECTED)
    }


def _dropped(before: Tree, after: Tree, born: Mapping[str, FileState]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Files that the new version no longer has and that people had changed: Copier would delete them."""
    for name, state in before.items():
        if name in born and name not in after and state.data != born[name].data:
            yield name, ("the template drops this file, and it was changed here; it would be deleted",)


def _regions(data: bytes) -> Iterator[str]:
    for region in _REGION.finditer(data):
        first = data.count(b"\n", 0, region.start()) + 1
        last = first + region[0].count(b"\n")
        yield f"lines {first} to {last}:\n{_cut(region[0])}"


def _cut(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").splitlines()
    more = len(lines) - _LONGEST
    shown = [f"  {line}" for line in lines[:_LONGEST]]
    return "\n".join(shown + ([f"  ... {more} more lines"] if more > 0 else []))
