"""Where this tool keeps things outside of repositories: what it can make again, and what it cannot."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """``<cache>/antrea-gitops``: what can be made again."""
    return _base("XDG_CACHE_HOME", "~/.cache") / "antrea-gitops"


def state_folder() -> Path:
    """``<state>/antrea-gitops``: what must survive, such as the state of an installation that is under way."""
    return _base("XDG_STATE_HOME", "~/.local/state") / "antrea-gitops"


def _base(variable: str, default: str) -> Path:
    # The variable counts only if it is absolute, as the specification of XDG says.
    given = os.environ.get(variable, "")
    return Path(given if given.startswith("/") else os.path.expanduser(default))  # noqa: PTH111 (never raises)
