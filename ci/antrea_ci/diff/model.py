"""What a diff says: differences as they are found, and the report that people and programs read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Final, Literal, TypeAlias

from antrea_ci.diff.paths import Steps
from antrea_ci.yamlio import Value


class ChangeClass(StrEnum):
    """What a change means for a cluster (DESIGN section 8), the worst first.

    ``unknown`` comes before all: nothing is known about it, so a person has to look.
    """

    UNKNOWN = "unknown"
    IMMUTABLE = "immutable"
    REINSTALL = "reinstall"
    RESTARTS_AGENTS = "restarts-agents"
    RESTARTS_OPERATOR = "restarts-operator"
    FIREWALL = "firewall"
    SAFE = "safe"
    DOCUMENTATION = "documentation"


_RANK = {member: rank for rank, member in enumerate(ChangeClass)}


def worst_first(classes: Iterable[ChangeClass]) -> tuple[ChangeClass, ...]:
    """Each class once, the worst first."""
    return tuple(sorted(set(classes), key=_RANK.__getitem__))


class Effect(StrEnum):
    """Whether what a reader of the object gets differs, or only how it is written."""

    MEANING = "meaning"
    ORDER = "order"  # the same entries in another order, where order says nothing
    SPELLING = "spelling"  # the same quantity, network or number, written in another way
    COMMENT = "comment"  # a comment, blank lines or the style of quotes inside a text


class Absent(Enum):
    """There is no value: not the same as null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Side: TypeAlias = "Value | Literal[Absent.ABSENT]"


@dataclass(frozen=True)
class Difference:
    """One place at which two values differ. ``note`` says more, such as which part of an image changed."""

    steps: Steps
    before: Side
    after: Side
    effect: Effect = Effect.MEANING
    note: str = ""


@dataclass(frozen=True)
class PathChange:
    """One line of a report: a difference with what it means. ``before`` and ``after`` are None where there is none."""

    path: str
    before: Value
    after: Value
    classes: tuple[ChangeClass, ...]
    why: str
    effect: Effect = Effect.MEANING
    note: str = ""

    @property
    def worst(self) -> ChangeClass:
        return self.classes[0]


Change: TypeAlias = Literal["added", "removed", "changed", "renamed", "moved"]


@dataclass(frozen=True)
class ObjectChange:
    """One object of the cluster, or one file of the repository, that differs.

    ``object`` is ``kind/namespace/name`` or the file's path; ``was`` what it was called before it was renamed or
    moved. ``classes`` are those of its paths and, where it appears or goes, its own.
    """

    change: Change
    object: str
    classes: tuple[ChangeClass, ...]
    paths: tuple[PathChange, ...] = ()
    was: str = ""
    why: str = ""
    is_file: bool = False

    @property
    def worst(self) -> ChangeClass:
        return self.classes[0]

    @property
    def has_meaning(self) -> bool:
        """Whether more differs than comments, order and spelling."""
        return self.change != "changed" or any(path.effect is Effect.MEANING for path in self.paths)


@dataclass(frozen=True)
class ListChange:
    """A list of texts before and after, such as the images that the cluster pulls."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        return tuple(text for text in self.after if text not in self.before)

    @property
    def removed(self) -> tuple[str, ...]:
        return tuple(text for text in self.before if text not in self.after)


@dataclass(frozen=True)
class RepositoryDiff:
    """What changed in one repository.

    ``stale_base``: what rendering the base again changes in it, where its ``rendered/`` was not what its sources give.
    ``blocked`` says why this must not be merged; empty where it may. ``error`` says why nothing could be compared: then
    there are no objects, and that says nothing about what changed.
    """

    repository: str
    base: str
    head: str
    objects: tuple[ObjectChange, ...] = ()
    images: ListChange = field(default_factory=ListChange)
    networks: ListChange = field(default_factory=ListChange)
    firewall: ListChange = field(default_factory=ListChange)
    warnings: tuple[str, ...] = ()
    stale_base: tuple[ObjectChange, ...] = ()
    blocked: str = ""
    error: str = ""

    @property
    def classes(self) -> tuple[ChangeClass, ...]:
        return worst_first(one for change in self.objects for one in change.classes)

    @property
    def has_meaning(self) -> bool:
        return any(change.has_meaning for change in self.objects)


def in_order(changes: Sequence[ObjectChange]) -> tuple[ObjectChange, ...]:
    """The worst first, then objects of the cluster before files, then by name."""
    return tuple(sorted(changes, key=lambda one: (_RANK[one.worst], one.is_file, one.object, one.was)))
