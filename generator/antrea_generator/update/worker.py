"""Runs Copier in a process of its own: a job comes as JSON on standard input, its outcome goes to standard output.

Copier changes the working directory and starts Git with the environment that it was imported with; here both are
whatever the parent chose. Every failure becomes a text: this is the edge at which Copier's many exceptions end.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast

# Copier puts the question's name before what its validator said; the parent knows it already.
_PREFIX = re.compile(r"^(?:Validation error for question|Invalid choice for) '[^']*': ")


class Job(TypedDict):
    """``kind``: copy ``source`` to ``folder``, judge ``answers`` by ``source``, or update ``folder`` to ``ref``."""

    kind: str
    source: str
    folder: str
    ref: str
    answers: dict[str, object]


class Outcome(TypedDict):
    """``error`` is empty where the job was done; ``rejected`` is what the template says of single answers, by name.

    ``defaults`` are the answers that Copier would take instead of those.
    """

    error: str
    rejected: dict[str, str]
    defaults: dict[str, object]


def done(job: Job) -> Outcome:
    """Does one job."""
    fault = ""
    if job["kind"] == "copy":
        fault = _copy(job["source"], job["folder"], job["answers"]).fault
    if job["kind"] == "update":
        fault = _update(job)
    if job["kind"] == "update" or (job["kind"] == "copy" and not fault):
        return Outcome(error=fault, rejected={}, defaults={})
    return _judge(job["source"], job["answers"])


@dataclass(frozen=True)
class _Copied:
    """What went wrong, or nothing, and then the answers that the copy was made of."""

    fault: str
    answers: Mapping[str, object]


def _judge(source: str, answers: dict[str, object]) -> Outcome:
    """What the template of ``source`` says of each answer that it does not accept, with those before it given."""
    fault = _trial(source, answers).fault
    if not fault:
        return Outcome(error="", rejected={}, defaults={})
    good: dict[str, object] = {}
    rejected: dict[str, str] = {}
    general = _trial(source, {}).fault
    for name, value in answers.items():
        said = _trial(source, {**good, name: value}).fault
        if said and said != general:
            rejected[name] = said
        else:
            good[name] = value
    instead = _trial(source, good).answers
    defaults = {name: instead[name] for name in rejected if name in instead}
    return Outcome(error="" if rejected else fault, rejected=rejected, defaults=defaults)


def _trial(source: str, answers: dict[str, object]) -> _Copied:
    """Asks every question and writes nothing."""
    with tempfile.TemporaryDirectory(prefix="antrea-gitops-") as folder:
        return _copy(source, str(Path(folder) / "trial"), answers, exclude=("*",), pretend=True)


def _copy(
    source: str, folder: str, answers: dict[str, object], *, exclude: tuple[str, ...] = (), pretend: bool = False
) -> _Copied:
    import copier

    try:
        made = copier.run_copy(
            source,
            folder,
            data=dict(answers),
            defaults=True,
            quiet=True,
            settings=copier.Settings(),
            exclude=exclude,
            pretend=pretend,
        )
    except Exception as error:  # noqa: BLE001 - see the module
        return _Copied(_told(error), {})
    return _Copied("", made.answers.combined)


def _update(job: Job) -> str:
    import copier

    try:
        copier.run_update(
            job["folder"],
            data=dict(job["answers"]),
            vcs_ref=job["ref"],
            defaults=True,
            overwrite=True,
            quiet=True,
            settings=copier.Settings(),
        )
    except Exception as error:  # noqa: BLE001 - see the module
        return _told(error)
    return ""


def _told(error: Exception) -> str:
    """One text for an exception of Copier, Jinja or Git."""
    said = getattr(error, "stderr", None)
    text = said.strip() if isinstance(said, str) and said.strip() else str(error)
    line, file = getattr(error, "lineno", None), getattr(error, "name", None) or getattr(error, "filename", None)
    place = f"{file or 'a template'}:{line}: " if isinstance(line, int) else ""
    return place + (_PREFIX.sub("", text) or type(error).__name__)


def main() -> None:
    """Does the job of standard input."""
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):
        outcome = done(cast("Job", json.load(sys.stdin)))
    json.dump(outcome, sys.stdout, default=str)


if __name__ == "__main__":
    main()
