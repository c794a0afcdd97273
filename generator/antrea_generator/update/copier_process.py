"""Starts the process in which Copier runs, with an environment that nobody's settings reach."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.process import run
from antrea_ci.yamlio import Value
from antrea_generator.update import worker
from antrea_generator.update.worker import Job, Outcome

_TIMEOUT = 600.0
_ALIASES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/", "git+": ""}


class CopierProcess:
    """Copier, with ``folder`` for everything that it keeps. Asked for ``url``, its Git takes ``mirror`` instead."""

    def __init__(self, folder: Path, url: str, mirror: Path) -> None:
        self.url = url
        self._folder = folder
        self._config = folder / "gitconfig"
        # The longest name that fits wins, so both spellings are there; Copier adds the suffix to some addresses.
        names = {url, expanded(url), expanded(url).removesuffix(".git") + ".git"}
        lines = "".join(f"\tinsteadOf = {_quoted(name)}\n" for name in sorted(names))
        self._config.write_text(f"[url {_quoted(mirror.as_uri())}]\n{lines}[core]\n\tautocrlf = false\n", "utf-8")

    def copy(self, checkout: Path, folder: Path, answers: Mapping[str, Value]) -> Outcome:
        """Makes a repository at ``folder`` from a checkout of the template."""
        return self._done(_job("copy", source=checkout, folder=folder, answers=answers))

    def judge(self, checkout: Path, answers: Mapping[str, Value]) -> Outcome:
        """What a checkout of the template says of ``answers``."""
        return self._done(_job("judge", source=checkout, folder=self._folder, answers=answers))

    def update(self, folder: Path, ref: str, changed: Mapping[str, Value]) -> Outcome:
        """Updates ``folder`` to ``ref``, with other answers than the stored ones where they ``changed``."""
        return self._done(_job("update", source=self._folder, folder=folder, ref=ref, answers=changed))

    def _done(self, job: Job) -> Outcome:
        command = [sys.executable, "-P", str(worker.__file__)]
        done = run(command, cwd=self._folder, env=self._environment(), stdin=json.dumps(job).encode(), timeout=_TIMEOUT)
        try:
            return cast("Outcome", json.loads(done.stdout))
        except ValueError:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise AntreaGitopsError(f"Copier ended without a result: {said}") from None

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "COPIER_"))}
        ours = {"GIT_CONFIG_GLOBAL": str(self._config), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
        return kept | ours | {"COPIER_CACHE_DIR": str(self._folder / "cache"), "TMPDIR": str(self._folder)}


def expanded(url: str) -> str:
    """The address that Git understands for one of Copier's short forms."""
    alias = next((alias for alias in _ALIASES if url.startswith(alias)), "")
    return _ALIASES[alias] + url.removeprefix(alias).lstrip("/") if alias else url


def _job(kind: str, *, source: Path, folder: Path, answers: Mapping[str, Value], ref: str = "") -> Job:
    return Job(kind=kind, source=str(source), folder=str(folder), ref=ref, answers=dict(answers))


def _quoted(text: str) -> str:
    """A value of a Git configuration file."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
