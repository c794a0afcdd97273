"""What the template cannot carry over by itself: renamed questions and new shapes of files, as typed code.

A migration belongs to the first version of the template that needs it. It is applied to the answers, and to the files
that people own, of every repository that passes this version. It must be able to run on what it has made already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from packaging.version import Version

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.repo import ClusterRepo
from antrea_ci.yamlio import Value

Answers: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class Migration:
    """``version``: the first version that needs it, such as 0.2.0; ``title``: what it does, as people are told.

    ``answers`` gives the answers as that version asks for them. ``files`` changes files of a repository in place; those
    that people edit through ``yamlio.load_editable``, so that comments stay. Either may be None.
    """

    version: str
    title: str
    answers: Callable[[Answers], Answers] | None = None
    files: Callable[[ClusterRepo], None] | None = None


MIGRATIONS: tuple[Migration, ...] = ()


def due(registry: Sequence[Migration], before: Version | None, after: Version | None) -> tuple[Migration, ...]:
    """The migrations between two versions of the template, in order. After a commit without a version all are due."""
    late = [m for m in registry if before is not None and Version(m.version) > before]
    found = [m for m in late if after is None or Version(m.version) <= after]
    return tuple(sorted(found, key=lambda migration: Version(migration.version)))


def migrated(migrations: Sequence[Migration], answers: Answers, repo: ClusterRepo) -> Answers:
    """Applies ``migrations`` to the files of ``repo`` and returns the answers. A failure is an AntreaGitopsError."""
    for migration in migrations:
        try:
            if migration.files is not None:
                migration.files(repo)
            answers = answers if migration.answers is None else migration.answers(answers)
        except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
            message = f"the migration to {migration.version} ({migration.title}) failed: {error}"
            fix = "mend what it stumbles over, commit, then update again"
            raise AntreaGitopsError(message, fix=fix) from None
    return answers


def renamed(old: str, new: str) -> Callable[[Answers], Answers]:
    """The change of answers that gives the answer to ``old`` the name ``new``."""

    def change(answers: Answers) -> Answers:
        return {new if name == old and new not in answers else name: value for name, value in answers.items()}

    return change
