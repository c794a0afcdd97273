"""What may be done after an interruption, by the journal alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.install.history import History
from antrea_ci.install.journal import Entry, Value
from antrea_ci.install.resume import LEAST_SECONDS, Way, refuse_second, way

BEGUN = [("install.begin", {"cluster": "ocp", "commit": "c" * 40})]
PREPARED = [*BEGUN, ("phase.begin", {"phase": "prepare"}), ("phase.end", {"phase": "prepare"})]
PROVEN = [*PREPARED, ("phase.begin", {"phase": "ignition"}), ("phase.end", {"phase": "ignition"})]
CREATING = [*PROVEN, ("cluster.begin", {"host": "runner"}), ("process", {"pid": 7, "started": "x", "host": "runner"})]
WAITING = [*CREATING, ("stage.begin", {"stage": "waiting for the API", "reached": "machines"})]
COMPLETE = [*WAITING, ("cluster.complete", {})]
HANDED_OVER = [*PROVEN, ("handover", {})]
DESTROYED = [*COMPLETE, ("destroyed", {})]


def history(events: Sequence[tuple[str, dict[str, Value]]]) -> History:
    return History.of([Entry("t", event, values) for event, values in events])


@pytest.mark.parametrize(
    ("events", "is_living", "left", "expected"),
    [
        (BEGUN, False, 0.0, Way.ANEW),
        (PREPARED, False, 0.0, Way.ANEW),
        (PROVEN, False, LEAST_SECONDS, Way.ON),
        (PROVEN, False, LEAST_SECONDS - 1, Way.ANEW),
        ([*PROVEN, *PREPARED[1:]], False, 1e9, Way.ANEW),
        ([*PROVEN, ("cluster.begin", {})], False, 1e9, Way.ON),
        (CREATING, True, 0.0, Way.ATTACH),
        (WAITING, False, 0.0, Way.WAIT),
        (HANDED_OVER, False, 0.0, Way.WAIT),
        (COMPLETE, False, 0.0, Way.FINISH),
        ([*DESTROYED, *PROVEN], False, 1e9, Way.ON),
    ],
)
def test_the_way_on_follows_from_the_journal(
    events: Sequence[tuple[str, dict[str, Value]]], is_living: bool, left: float, expected: Way
) -> None:
    assert way(history(events), is_living=is_living, seconds_left=left) is expected


def test_machines_that_are_not_all_there_can_only_be_destroyed() -> None:
    with pytest.raises(AntreaGitopsError) as caught:
        way(history(CREATING), is_living=False, seconds_left=1e9)
    assert "antrea-gitops destroy --confirm ocp" in caught.value.fix


def test_on_another_runner_the_intention_to_create_counts_as_created() -> None:
    restored = [*PROVEN, ("cluster.begin", {}), ("restored", {})]
    with pytest.raises(AntreaGitopsError, match="before all machines were there"):
        way(history(restored), is_living=False, seconds_left=1e9)


@pytest.mark.parametrize("events", [[], DESTROYED])
def test_nothing_is_resumed_where_there_is_nothing(events: Sequence[tuple[str, dict[str, Value]]]) -> None:
    with pytest.raises(AntreaGitopsError, match="no installation to resume"):
        way(history(events), is_living=False, seconds_left=1e9)


@pytest.mark.parametrize("events", [CREATING, WAITING, COMPLETE, HANDED_OVER])
def test_a_second_cluster_is_not_begun_beside_an_unfinished_one(
    events: Sequence[tuple[str, dict[str, Value]]],
) -> None:
    with pytest.raises(AntreaGitopsError, match="is not finished"):
        refuse_second(history(events))


@pytest.mark.parametrize("events", [[], BEGUN, PROVEN, DESTROYED])
def test_a_new_one_may_begin_where_nothing_was_created(events: Sequence[tuple[str, dict[str, Value]]]) -> None:
    refuse_second(history(events))
