"""The entries of ``facts/changes/*.yaml``, by what they speak of; the README there says how they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from antrea_ci.diff.classes.patterns import Pattern, Tree, parse_pattern
from antrea_ci.diff.model import ABSENT, ChangeClass, Side, worst_first
from antrea_ci.facts import facts
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value

_FOLDER = Path(__file__).parents[2] / "facts" / "changes"
Whole: TypeAlias = Literal["added", "removed"]
_WHOLES: Final[tuple[Whole, ...]] = ("added", "removed")


@dataclass(frozen=True)
class Subject:
    """What changes: a file of the repository by its path (``name``), or an object of the cluster."""

    is_file: bool
    name: str = ""
    group: str = ""
    kind: str = ""
    namespace: str = ""
    object_name: str = ""


@dataclass(frozen=True)
class Entry:
    """What a change means, why, and who says so. The further fields are the further keys of the facts."""

    classes: tuple[ChangeClass, ...]
    why: str
    source: str
    as_text: str = ""
    absent_is: Side = ABSENT
    unset: Entry | None = None
    other_host: Entry | None = None


@dataclass(frozen=True)
class Book:
    """The entries about one subject: files by their names or globs, or objects by kind and group, and perhaps name."""

    files: tuple[str, ...]
    kind: str
    group: str
    namespace: str
    object_name: str
    whole: Mapping[Whole, Entry]
    patterns: tuple[tuple[Pattern, Entry], ...]
    tree: Tree[Entry] = field(repr=False)

    def is_about(self, subject: Subject) -> bool:
        """Whether ``subject`` is meant."""
        if self.files:
            return subject.is_file and any(fnmatchcase(subject.name, glob) for glob in self.files)
        return (
            not subject.is_file
            and (self.kind, self.group) == (subject.kind, subject.group)
            and self.namespace in ("", subject.namespace)
            and self.object_name in ("", subject.object_name)
        )


@lru_cache(maxsize=256)
def book_about(subject: Subject) -> Book | None:
    """The entries about ``subject``: those that name the object before those about its kind."""
    found = [book for book in books() if book.is_about(subject)]
    return next((book for book in found if book.object_name), found[0] if found else None)


@cache
def books() -> tuple[Book, ...]:
    """All entries, in the order of the facts. ValueError or KeyError where the facts themselves are wrong."""
    files = [facts(f"changes/{path.stem}") for path in sorted(_FOLDER.glob("*.yaml"))]
    sets = {name: entries for file in files for name, entries in mapping_at(file, ("sets",)).items()}
    return tuple(_book(book, sets) for file in files for book in items_at(file, ("books",)))


def _book(book: Value, sets: Mapping[str, Value]) -> Book:
    tree: Tree[Entry] = Tree(any_case=mapping_at(book, ()).get("any_case") is True)
    patterns = tuple(_patterns(items_at(book, ("changes",)), sets))
    for pattern, entry in patterns:
        tree.add(pattern, entry)
    return Book(
        files=tuple(texts_at(book, ("files",))),
        kind=text_at(book, ("kind",)),
        group=text_at(book, ("group",)),
        namespace=text_at(book, ("namespace",)),
        object_name=text_at(book, ("name",)),
        whole={name: _entry(found) for name in _WHOLES if (found := mapping_at(book, (name,)))},
        patterns=patterns,
        tree=tree,
    )


def _patterns(entries: list[Value], sets: Mapping[str, Value]) -> Iterator[tuple[Pattern, Entry]]:
    """Every pattern with its entry; those of sets below their place, but for paths that have an entry of their own."""
    own = [(parse_pattern(text), _entry(one)) for one in entries for text in texts_at(one, ("paths",))]
    yield from own
    taken = {pattern for pattern, _ in own}
    for one in entries:
        if name := text_at(one, ("set",)):
            place, only = parse_pattern(text_at(one, ("below",))), texts_at(one, ("only",))
            for pattern, entry in _patterns(items_at(sets[name], ()), sets):
                if place + pattern not in taken and (not only or pattern[0] in only):
                    yield place + pattern, entry


def _entry(facts: Value) -> Entry:
    given = mapping_at(facts, ())
    entry = Entry(
        classes=worst_first(ChangeClass(name) for name in texts_at(facts, ("classes",))),
        why=text_at(facts, ("why",)),
        source=text_at(facts, ("source",)),
        as_text=text_at(facts, ("as_text",)),
        absent_is=given.get("absent_is", ABSENT),
    )
    others = {name: _entry(given[name]) if name in given else None for name in ("unset", "other_host")}
    return replace(entry, **others)
