"""A program named antrea-gitops that plays verbs which need a site or a cluster, and fails those that it is told.

Everything else is passed on to the real one, which must be the next in PATH.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

from support.plants import PLANTS, Chance

PULL_SECRET = PLANTS["pull-secret"][1](Chance(7))
PULL_SECRET_PARTS = (json.loads(PULL_SECRET)["auths"]["registry.example.com"]["auth"],)
PLAYED = ("install", "apply", "destroy", "backup", "images", "nsx")
"""Verbs that pipelines call and that reach out of the machine."""

_SCRIPT = """\
#!/bin/sh
echo "$*" >>{asked}
case "$*" in
  {failing}) echo "error: $1 fails, as the test wants" >&2; exit 1 ;;
  {played}) env | sed 's/=.*//' | sort >{names}-"$1"
    echo "pulls with $(echo "${{ANTREA_GITOPS_PULL_SECRET:-}}" | sed 's/.*"auth": "\\([^"]*\\)".*/\\1/')"
    mkdir -p logs report && echo done >logs/"$1".log
    exit 0 ;;
esac
PATH=${{PATH#*{folder}:}} exec antrea-gitops "$@"
"""


def stand_in(folder: Path, failing: Sequence[str] = ()) -> Path:
    """The folder to put first in PATH. ``failing`` are the beginnings of command lines that end with 1."""
    folder.mkdir(parents=True)
    patterns = "|".join(f"{shlex.quote(start)}*" for start in failing) or "'not called'"
    script = folder / "antrea-gitops"
    script.write_text(
        _SCRIPT.format(
            asked=shlex.quote(str(folder / "asked")),
            names=shlex.quote(str(folder / "names")),
            folder=folder,
            failing=patterns,
            played="|".join(f"{verb}|{verb}\\ *" for verb in PLAYED),
        )
    )
    script.chmod(0o755)
    return folder


def asked(folder: Path) -> list[str]:
    """The command lines so far, without the program's name."""
    return (folder / "asked").read_text().splitlines()


def names(folder: Path, verb: str) -> set[str]:
    """The names of the variables that a verb was given."""
    return set((folder / f"names-{verb}").read_text().splitlines())
