"""Waiting for the cluster to come to what was asked of it: with an end, and with a word of what is missing."""

from __future__ import annotations

import time
from collections.abc import Callable

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.kube.api import ApiError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
_GROWTH = 1.5


def wait_until(
    look: Callable[[], str], *, what: str, seconds: float, progress: Callable[[str], None], fix: str = ""
) -> None:
    """Returns when ``look`` returns "": until then it says what is missing, and each new word goes to ``progress``.

    It is asked again after pauses that grow from a quarter of a second to five, also where the API does not answer for
    a while: agents that restart interrupt the network, and API servers are replaced. Else what ``look`` raises is
    raised at once; after ``seconds`` AntreaGitopsError with its last word. ``what`` is waited for, as in "waiting for
    {what}".
    """
    end, pause, told = time.monotonic() + seconds, _FIRST_PAUSE, ""
    while missing := _missing(look):
        if missing != told:
            progress(f"waiting for {what}: {missing}")
            told = missing
        left = end - time.monotonic()
        if left <= 0:
            raise AntreaGitopsError(f"{what}: not within {seconds:g} s; {missing}", fix=fix)
        time.sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)


def _missing(look: Callable[[], str]) -> str:
    try:
        return look()
    except ApiError as error:
        if not error.is_passing:
            raise
        return error.message
