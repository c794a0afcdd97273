"""What may be done after an interruption, by the journal alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from antrea_ci.errors import AntreaGitopsError, UsageError
from antrea_ci.install.history import History
from antrea_ci.install.journal import Entry, Value
from antrea_ci.install.request import Until
from antrea_ci.install.resume import LEAST_SECONDS, Way, refuse_backwards, refuse_second, way

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


def test_what_is_announced_in_the_vault_keeps_others_from_a_second_one() -> None:
    announced = history([*PROVEN, ("cluster.begin", {})])
    refuse_second(announced)  # on the machine where nothing was started after it
    with pytest.raises(AntreaGitopsError, match="is not finished"):
        refuse_second(History.of_vault(announced.entries))


def test_what_is_being_destroyed_is_not_resumed() -> None:
    with pytest.raises(AntreaGitopsError, match="is being destroyed"):
        way(history([*COMPLETE, ("destroy.begin", {})]), is_living=False, seconds_left=0.0)


@pytest.mark.parametrize("how", [Way.ATTACH, Way.WAIT, Way.FINISH])
def test_nothing_stops_before_what_is_over(how: Way) -> None:
    refuse_backwards(how, Until.CLUSTER)
    with pytest.raises(UsageError, match="beyond that"):
        refuse_backwards(how, Until.IGNITION)


def test_machine_of_the_bootstrap_is_gone_when_the_operators_are_waited_for() -> None:
    removing = [*CREATING, ("stage.begin", {"reached": "bootstrapped"})]
    assert not history(removing).is_bootstrap_gone
    assert history(removing).is_bootstrapped
    assert history([*removing, ("stage.begin", {"reached": "alone"})]).is_bootstrap_gone


def test_process_is_left_running_until_its_end_is_written_down() -> None:
    left = history(CREATING).left_running
    assert left is not None
    assert (left[0].pid, left[1]) == (7, "runner")
    assert history([*CREATING, ("process.end", {})]).left_running is None


def test_ignition_alone_may_be_asked_for_again() -> None:
    refuse_second(history([*PROVEN, ("handover", {"until": "ignition"})]))


@pytest.mark.parametrize("events", [[], BEGUN, PROVEN, DESTROYED])
def test_a_new_one_may_begin_where_nothing_was_created(events: Sequence[tuple[str, dict[str, Value]]]) -> None:
    refuse_second(history(events))
