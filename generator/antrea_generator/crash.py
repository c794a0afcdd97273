"""The log of an internal error: everything that a maintainer needs, nothing that a user must not share."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from pathlib import Path

from antrea_ci import __version__
from antrea_ci.redaction import text


def write_log(error: BaseException) -> Path:
    """Writes the traceback with versions to a private file and returns its path.

    It holds code lines and the exception's message, redacted, never the values of local variables.
    """
    frames = "".join(traceback.format_exception(error))
    head = f"antrea-gitops {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    handle, name = tempfile.mkstemp(prefix="antrea-gitops-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text(head + frames))
    return Path(name)
