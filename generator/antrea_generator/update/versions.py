"""The two versions of the template between which an update goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, FindingsError
from antrea_generator.update.config import TemplateConfig, read_config
from antrea_generator.update.history import TemplateHistory, recorded, target


@dataclass(frozen=True)
class TemplateVersion:
    """One version of the template, checked out at ``folder``. ``label`` is its tag, or how far it is from one."""

    commit: str
    label: str
    folder: Path
    config: TemplateConfig


def versions(
    history: TemplateHistory, before: str, to: str | None, folder: Path
) -> tuple[TemplateVersion, TemplateVersion]:
    """The recorded version ``before`` and the one to come, below ``folder``.

    Raises FindingsError with everything in copier.yml that Copier would pass over, or that runs code; AntreaGitopsError
    for a step back. The newest tag is none: there is nothing to come then.
    """
    old, new = recorded(history, before), target(history, to)
    if history.is_before(new, old):
        if to is not None:
            message = f"{to} is older than {before}, from which this repository was made"
            raise AntreaGitopsError(message, fix="an update cannot go back; `git revert` undoes the commit of one")
        new = old
    first = _version(history, old, before, folder / "old")
    found = first, first if new == old else _version(history, new, history.label(new), folder / "new")
    if findings := {finding for version in found for finding in version.config.findings}:
        raise FindingsError([*findings])
    return found


def _version(history: TemplateHistory, commit: str, label: str, folder: Path) -> TemplateVersion:
    checkout = history.checkout(commit, folder)
    return TemplateVersion(commit, label, checkout, read_config(checkout, label))
