"""Runs Copier in a process of its own: a job comes as JSON on standard input, its outcome goes to standard output.

Copier changes the working directory and starts Git with the environment that it was imported with; here both are
whatever the parent chose. Every failure becomes a text: this is the edge at which Copier's many exceptions end.
"""

from __future__ import annotations

import bisect
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
_NAMED = re.compile(r"^(?:Validation error for question|Invalid choice for) '([^']*)': ")


class Job(TypedDict):
    """``kind``: copy ``source`` to ``folder``, judge ``answers`` by ``source``, or update ``folder`` to ``ref``."""

    kind: str
    source: str
    folder: str
    ref: str
    answers: dict[str, object]


class Outcome(TypedDict):
    """``error`` is empty where the job was done; ``rejected`` is what the template says of single answers, by name.

    With ``rejected``, ``error`` is what the template stumbles over besides. ``defaults`` are the answers that Copier
    would take instead of those.
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
    """What went wrong, with the question that Copier names; or nothing, and the answers that the copy was made of."""

    fault: str
    question: str
    answers: Mapping[str, object]


def _judge(source: str, answers: dict[str, object]) -> Outcome:
    """What the template of ``source`` says of each answer that it does not accept."""
    left, rejected = dict(answers), dict[str, str]()
    while (tried := _trial(source, left)).fault:
        name = tried.question or _culprit(source, left, tried.fault)
        if name not in left:
            # A default, or the template itself, is at fault: nothing that comes after it can be judged.
            break
        rejected[name] = tried.fault
        del left[name]
    defaults = {name: tried.answers[name] for name in rejected if name in tried.answers}
    place = f"`{tried.question}`: " if tried.question else ""
    return Outcome(error=place + tried.fault if tried.fault else "", rejected=rejected, defaults=defaults)


def _culprit(source: str, answers: dict[str, object], fault: str) -> str:
    """The first answer without which there is no such fault, found by halving; empty if there is none."""
    names = list(answers)

    def has_fault(length: int) -> int:
        return int(_trial(source, {name: answers[name] for name in names[:length]}).fault == fault)

    found = bisect.bisect_left(range(len(names) + 1), 1, key=has_fault)
    return names[found - 1] if 0 < found <= len(names) else ""


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
        named = _NAMED.match(str(error))
        return _Copied(_told(error), named[1] if named else "", {})
    return _Copied("", "", made.answers.combined)


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
    return place + (_NAMED.sub("", text) or type(error).__name__)


def main() -> None:
    """Does the job of standard input."""
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(sys.stderr):
        outcome = done(cast("Job", json.load(sys.stdin)))
    json.dump(outcome, sys.stdout, default=str)


if __name__ == "__main__":
    main()
