"""Files that a job wrote which ran somebody else's code: regular ones of a bounded size, and nothing by a link."""

from __future__ import annotations

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

LARGEST = 16 << 20
"""Bytes that a report may have."""
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class UnusableError(Exception):
    """Something else lies there than a report; the message says what."""


@contextmanager
def opened(folder: Path) -> Generator[int]:
    """A descriptor of ``folder``. Raises FileNotFoundError, and UnusableError where it is a link or no folder."""
    try:
        handle = os.open(folder, _FLAGS | os.O_DIRECTORY)
    except FileNotFoundError:
        raise
    except OSError:
        raise UnusableError("the folder of the reports is no folder that can be read, or is a symbolic link") from None
    try:
        yield handle
    finally:
        os.close(handle)


def read(folder: int, name: str) -> bytes:
    """The file ``name`` in the folder that was opened. Raises FileNotFoundError and UnusableError."""
    try:
        # Without O_NONBLOCK opening a FIFO would wait for somebody who writes to it.
        handle = os.open(name, _FLAGS | os.O_NONBLOCK, dir_fd=folder)
    except FileNotFoundError:
        raise
    except OSError:
        raise UnusableError("it cannot be read, or is a symbolic link") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnusableError("it is no regular file")
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnusableError(f"it is larger than {LARGEST >> 20} MiB")
    return data
