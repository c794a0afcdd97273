"""Runs kustomize on an overlay, in a way that cannot fetch anything: pull requests bring the overlays."""

from __future__ import annotations

import os
import re
from pathlib import Path

from antrea_ci.process import ProcessError, run
from antrea_ci.repo import ClusterRepo
from antrea_ci.tools.find import kustomize_path
from antrea_ci.tools.lock import read_lock

_TIMEOUT = 60.0
_CLOSED_PROXY = "http://127.0.0.1:9"  # the discard port: nothing listens, so every fetch fails at once
_LITERAL = re.compile(r"(literal sources )\[.*\](: invalid literal source ).*(, expected key=value)", re.DOTALL)


def find_kustomize(repo: ClusterRepo, *, allow_install: bool = True) -> Path:
    """The locked kustomize, installed if need be and allowed. Raises MissingRequirementError with the ways to it."""
    return kustomize_path(read_lock(repo.tools_lock_file), allow_install=allow_install)


def build(kustomize: Path, overlay: Path, *, root: Path, shown_as: Path) -> str:
    """What ``kustomize build`` prints. Raises KustomizeError, with paths below ``shown_as`` instead of ``root``."""
    try:
        done = run([str(kustomize), "build", str(overlay)], env=_environment(), timeout=_TIMEOUT)
    except ProcessError as error:
        message = error.message.replace(str(root.resolve()), str(shown_as)).replace(str(root), str(shown_as))
        raise KustomizeError(_without_secrets(message)) from None
    return done.stdout.decode("utf-8")


def _without_secrets(message: str) -> str:
    """kustomize quotes inline patches and literals that it cannot read, whatever they hold."""
    from antrea_ci.secret_scan import scan

    message = _LITERAL.sub(r"\1[…]\2…\3", message)
    if not scan(message.encode(), "message.yaml"):
        return message
    command = message.partition("\n")[0]
    return f"{command}\n    what it says holds a secret, so it is not shown: run it yourself to read it"


class KustomizeError(ProcessError):
    """kustomize could not build the overlay; the message holds what it said."""

    def __init__(self, message: str) -> None:
        super(ProcessError, self).__init__(message, fix="mend the file that kustomize names, then run this again")


def _environment() -> dict[str, str]:
    # Without PATH there is no git to clone with; behind a closed proxy there is no HTTP; without HOME no plugins.
    return {
        "PATH": "",
        "HOME": os.devnull,
        "XDG_CONFIG_HOME": os.devnull,
        "HTTP_PROXY": _CLOSED_PROXY,
        "HTTPS_PROXY": _CLOSED_PROXY,
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 (the default of every program)
    }
