"""What `--resume` may do: the journal decides, not the files (DOMAIN 6.5, R18)."""

from __future__ import annotations

from enum import Enum, auto

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.install.again import Again
from antrea_ci.install.history import History
from antrea_ci.install.request import Until

LEAST_SECONDS = 4 * 3600.0
"""With less left in its certificates an ignition is made anew: a bootstrap takes an hour, with keys that must last."""


class Way(Enum):
    """How an installation goes on."""

    ANEW = auto()
    """From *prepare*: nothing was created."""
    ON = auto()
    """With *cluster*: the ignition is there and good."""
    ATTACH = auto()
    """The installer still runs."""
    WAIT = auto()
    """The machines are there."""
    FINISH = auto()
    """The cluster is there; *verify* and *record* are left."""


def way(history: History, *, is_living: bool, seconds_left: float, again: Again | None = None) -> Way:
    """How to go on. ``is_living``: the installer still runs here; ``seconds_left``: of the ignition's certificates.

    Raises AntreaGitopsError where there is nothing to go on with, and where only destroying is safe.
    """
    again = again or Again()
    refuse_nothing(history)
    if history.is_being_destroyed:
        raise AntreaGitopsError(
            "this cluster is being destroyed: machines of it may be gone",
            why="what is left of it cannot become whole again",
            fix=f"end that with {again.destroy(history.cluster)}, then install again",
        )
    if history.is_complete:
        return Way.FINISH
    if history.is_created:
        if is_living:
            return Way.ATTACH
        if history.is_infrastructure_whole:
            return Way.WAIT
        raise AntreaGitopsError(
            "the installer ended before all machines were there, and it cannot go on from there",
            why="`create cluster` would create a second set of machines beside the first one",
            fix=f"{again.destroy(history.cluster)}, then install again",
        )
    if history.is_handed_over:
        return Way.WAIT
    return Way.ON if history.has_ended("ignition") and seconds_left >= LEAST_SECONDS else Way.ANEW


def refuse_nothing(history: History) -> None:
    """Raises AntreaGitopsError where there is no installation, or no longer."""
    if not history.exists or history.is_destroyed:
        raise AntreaGitopsError(
            "there is no installation to resume", fix="start one with `antrea-gitops install`, without --resume"
        )


def refuse_backwards(way: Way, until: Until) -> None:
    """Raises UsageError where it is asked to stop at what is over already."""
    if until is not Until.CLUSTER and way not in (Way.ANEW, Way.ON):
        raise UsageError(
            f"--until {until.value}: this installation is beyond that",
            fix="leave --until out to go on with it",
        )


def refuse_second(history: History, again: Again | None = None) -> None:
    """Raises AntreaGitopsError where a fresh installation would make a second cluster beside an unfinished one."""
    if not history.is_unfinished:
        return
    again = again or Again()
    what = "has begun to make machines" if history.is_created else "was handed over to whoever makes the machines"
    raise AntreaGitopsError(
        f"an installation of this cluster from {history.commit[:12]} {what} and is not finished",
        why="a second one beside it would take the same names and addresses, and orphan the first one's machines",
        fix=f"go on with {again.resume}, or remove it with {again.destroy(history.cluster)}",
    )
