"""The files of a repository that are no objects of the cluster, compared by their own structure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from antrea_ci.diff.classes import Subject, classify_moved, classify_whole
from antrea_ci.diff.lineup import changed_whole, path_change
from antrea_ci.diff.model import Difference, Effect, ObjectChange
from antrea_ci.diff.revisions import File
from antrea_ci.diff.structure import text_differences
from antrea_ci.repo import RENDERED
from antrea_ci.vcs import Mode

_FILES = frozenset({Mode.FILE, Mode.PROGRAM})
_DATA = (".yaml", ".yml", ".json", ".md")
_EXECUTED = "whether the file may be executed"
_LARGEST_TEXT = 512 * 1024


def compare_files(before: Mapping[str, File], after: Mapping[str, File]) -> list[ObjectChange]:
    """What differs between the files of two states; one with the same content under another name has moved."""
    moved = dict(_moved(before, after))
    gone = set(moved.values())
    changes = [_moved_file(old, new) for new, old in moved.items()]
    left = sorted({*before, *after} - gone - set(moved))
    return [*changes, *(_of_file(name, before.get(name), after.get(name)) for name in left)]


def told_apart(files: Mapping[str, File]) -> dict[str, File]:
    """Those of ``files`` that count by themselves.

    What `render` writes follows from them: the objects tell what it means, and a stale head is an error.
    """
    return {name: file for name, file in files.items() if not name.startswith(RENDERED)}


def _moved(before: Mapping[str, File], after: Mapping[str, File]) -> Iterator[tuple[str, str]]:
    """New and old names of the files whose content is on both sides once, and not at the same place."""
    old = _by_content({name: file for name, file in before.items() if name not in after})
    new = _by_content({name: file for name, file in after.items() if name not in before})
    for content, names in new.items():
        if len(names) == 1 and len(old.get(content, ())) == 1 and content.data:
            yield names[0], old[content][0]


def _by_content(files: Mapping[str, File]) -> dict[File, list[str]]:
    found: dict[File, list[str]] = {}
    for name, file in files.items():
        found.setdefault(file, []).append(name)
    return found


def _moved_file(old: str, new: str) -> ObjectChange:
    # At its old place it is missing, at its new one it may begin to count.
    whole = classify_moved(_subject(old), _subject(new))
    return ObjectChange("moved", new, whole.classes, was=old, why=whole.why, is_file=True)


def _of_file(name: str, before: File | None, after: File | None) -> ObjectChange:
    subject = _subject(name)
    if before is None or after is None:
        what = "added" if before is None else "removed"
        whole = classify_whole(subject, what)
        return ObjectChange(what, name, whole.classes, why=whole.why, is_file=True)
    found = _differences(name, before, after)
    return changed_whole(name, [path_change(subject, one) for one in found], is_file=True)


def _subject(name: str) -> Subject:
    return Subject(is_file=True, name=name, group="", kind="", namespace="", object_name="")


def _differences(name: str, before: File, after: File) -> list[Difference]:
    found = text_differences(_shown(before), _shown(after), file=name)
    if before.mode is after.mode or not _FILES.issuperset((before.mode, after.mode)):
        return found
    effect = Effect.SPELLING if name.endswith(_DATA) else Effect.MEANING
    return [*found, Difference((), before.mode is Mode.PROGRAM, after.mode is Mode.PROGRAM, effect, _EXECUTED)]


def _shown(file: File) -> str:
    if file.mode is Mode.LINK:
        return f"a symbolic link to {file.data.decode('utf-8', 'replace')}"
    if file.mode is Mode.SUBMODULE:
        return f"a submodule at {file.data.decode()}"
    try:
        if len(file.data) <= _LARGEST_TEXT and b"\0" not in file.data:
            return file.data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return f"{len(file.data)} bytes, sha256 {hashlib.sha256(file.data).hexdigest()}"
