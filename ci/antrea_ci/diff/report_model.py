"""The JSON form of a diff as a typed model: it is read by a job that trusts neither the file nor who wrote it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic_core import from_json

from antrea_ci.diff.model import (
    Change,
    ChangeClass,
    Effect,
    ListChange,
    ObjectChange,
    PathChange,
    RepositoryDiff,
    worst_first,
)

Classes = Annotated[list[ChangeClass], Field(min_length=1, max_length=len(ChangeClass))]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Path(_Part):
    path: str
    before: JsonValue
    after: JsonValue
    class_: ChangeClass = Field(alias="class")
    classes: Classes
    why: str
    effect: Effect
    note: str

    def read(self) -> PathChange:
        """The line of the report."""
        classes = worst_first(self.classes)
        return PathChange(self.path, self.before, self.after, classes, self.why, self.effect, self.note)


class _Object(_Part):
    repository: str = ""
    change: Change
    object: str
    was: str
    class_: ChangeClass = Field(alias="class")
    classes: Classes
    why: str
    is_file: bool
    paths: list[_Path]

    def read(self) -> ObjectChange:
        """The change of one object."""
        paths = tuple(path.read() for path in self.paths)
        return ObjectChange(
            self.change, self.object, worst_first(self.classes), paths, self.was, self.why, self.is_file
        )


class _List(_Part):
    before: list[str]
    after: list[str]
    added: list[str]
    removed: list[str]

    def read(self) -> ListChange:
        """What is added and removed follows from the two lists."""
        return ListChange(tuple(self.before), tuple(self.after))


class _Counts(_Part):
    worst: ChangeClass | str
    counts: dict[str, int]
    classes: dict[str, int]


class _Summary(_Counts):
    repository: str
    base: str
    head: str
    images: _List
    networks: _List
    firewall: _List
    warnings: list[str]
    stale_base: list[_Object]
    blocked: str
    error: str


class _Repository(_Part):
    objects: list[_Object]
    summary: _Summary

    def read(self) -> RepositoryDiff:
        """The diff; what the summary counts is counted again from the objects."""
        told = self.summary
        return RepositoryDiff(
            told.repository,
            told.base,
            told.head,
            tuple(change.read() for change in self.objects),
            told.images.read(),
            told.networks.read(),
            told.firewall.read(),
            tuple(told.warnings),
            tuple(change.read() for change in told.stale_base),
            told.blocked,
            told.error,
        )


class _Repositories(_Part):
    repositories: list[_Repository]
    objects: list[_Object]
    summary: _Counts


def read(data: bytes) -> tuple[RepositoryDiff, ...]:
    """The diffs of one repository or of several. Raises ValueError, which quotes nothing, for any other form."""
    try:
        told: object = from_json(data)
        if isinstance(told, dict) and "repositories" in told:
            return tuple(one.read() for one in _Repositories.model_validate(told).repositories)
        return (_Repository.model_validate(told).read(),)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"] if isinstance(step, int) or step.isidentifier())
        raise ValueError(f"not the JSON form of a diff: {place}: {first['type']}") from None
    except ValueError:
        raise ValueError("not the JSON form of a diff: not JSON") from None
