"""One comment that is found again and kept current, whatever the host answers in between."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from antrea_ci import vcs
from antrea_ci.pipeline.api import PAUSES, ApiError, UncertainError
from antrea_ci.pipeline.threads import Thread

_GONE = (404, 410)


def folder_in_repository(folder: Path) -> str:
    """The path of ``folder`` in the Git repository that it lies in; empty at its top and outside of any."""
    done = vcs.git(folder, "rev-parse", "--show-prefix")
    return os.fsdecode(done.stdout).strip().rstrip("/") if done and done.code == 0 else ""


def put(
    thread: Thread, mark: str, body: str, sleep: Callable[[float], None] = time.sleep
) -> Literal["created", "updated"]:
    """Makes ``body``, which starts with ``mark``, the one comment of ours with this mark.

    A comment is ours if it starts with the mark and the token's owner wrote it: somebody else can paste the mark. Where
    it is unknown whether a new comment was added, it is looked for before another try. Raises ApiError with a fix.
    """
    try:
        return _put(thread, mark, body, sleep)
    except ApiError as error:
        raise thread.explained(error) from None


def _put(thread: Thread, mark: str, body: str, sleep: Callable[[float], None]) -> Literal["created", "updated"]:
    pauses = iter(PAUSES)
    while True:
        if _updated(thread, mark, body):
            return "updated"
        try:
            thread.create(body)
        except UncertainError:
            pause = next(pauses, None)
            if pause is None:
                raise
            sleep(pause)
        else:
            return "created"


def _updated(thread: Thread, mark: str, body: str, *, looks_again: bool = True) -> bool:
    """Whether there was a comment to update; after one that was deleted since it was listed, all are listed anew."""
    ours = thread.ours([one for one in thread.comments() if one.body.startswith(mark)])
    try:
        for comment in ours:
            thread.update(comment, body)
    except ApiError as error:
        if not looks_again or error.status not in _GONE:
            raise
        return _updated(thread, mark, body, looks_again=False)
    return bool(ours)
