"""One run at a time in a work folder."""

from __future__ import annotations

import fcntl
from collections.abc import Generator
from contextlib import contextmanager

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.workdir import WorkDir


@contextmanager
def locked(work: WorkDir) -> Generator[None]:
    """Holds the folder's lock, which the system frees however this process ends."""
    work.make()
    with work.lock_file.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AntreaGitopsError(
                f"another run of antrea-gitops works in {work.root}",
                fix="wait until it ends; one that is stuck can be ended, and `--resume` goes on from there",
            ) from None
        yield
