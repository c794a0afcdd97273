"""Maintenance windows of cluster.yaml (`apply.maintenance`): when agents may restart.

A window is open when the clock on the wall of its time zone shows a time in it: it is an hour longer in the night in
which that clock is put back, and shorter or not there at all in the one in which it is put forward.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from antrea_ci.errors import AntreaGitopsError, MissingRequirementError
from antrea_ci.model.apply_section import DAYS, END_OF_DAY, MaintenanceWindow
from antrea_ci.model.effective import Cluster

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
# A window of one day in the week that falls into the hour that is left out comes two weeks later.
_HORIZON = 16


def is_open(window: MaintenanceWindow, now: datetime) -> bool:
    """Whether the window is open at ``now``, which has a time zone."""
    local = now.astimezone(zone_of(window))
    begin, end = _minutes(window.from_), _minutes(window.to)
    minute = local.hour * 60 + local.minute
    if begin < end:
        return begin <= minute < end and _begins(window, local.date())
    if minute >= begin:
        return _begins(window, local.date())
    return minute < end and _begins(window, local.date() - _DAY)


def next_opening(windows: Sequence[MaintenanceWindow], now: datetime) -> datetime | None:
    """While none of the windows is open: the first minute at which one of them is, in that window's time zone."""
    found = [opening for window in windows if (opening := next(_openings(window, now), None))]
    return min(found, default=None)


def refuse_closed(cluster: Cluster, what: str, *, now: datetime, reason: str) -> str:
    """What to record if ``what`` (such as "agents restart on 3 nodes") may be done at ``now``, which has a time zone:
    "" inside a window or without any, and with ``reason`` (--outside-window) that it was done outside.

    Else AntreaGitopsError that says when the next window opens.
    """
    if not (closed := told_if_closed(cluster, now)):
        return ""
    if reason:
        return f"--outside-window {reason}"
    raise AntreaGitopsError(
        f"{what}, and {closed}",
        why="cluster.yaml (apply.maintenance) says when pods may lose their network for a moment",
        fix="run it then; --outside-window REASON does it now, and that is recorded",
    )


def told_if_closed(cluster: Cluster, now: datetime) -> str:
    """That no window is open at ``now`` and when the next one opens; "" inside a window or without any."""
    windows = cluster.file.apply.maintenance
    if not windows or any(is_open(window, now) for window in windows):
        return ""
    opening = next_opening(windows, now)
    when = f"the next one opens {shown(opening)}" if opening else "none of them opens in the next two weeks"
    return f"no maintenance window is open: {when}"


def shown(moment: datetime) -> str:
    """A moment as people of its time zone say it, such as ``Sat 2026-11-28 22:00 CET``."""
    return f"{DAYS[moment.weekday()].capitalize()} {moment:%Y-%m-%d %H:%M %Z}"


def zone_of(window: MaintenanceWindow) -> tzinfo:
    """The window's time zone. MissingRequirementError where this machine has no database of them."""
    if window.timezone == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(window.timezone)
    except ZoneInfoNotFoundError:
        raise MissingRequirementError(
            f"this machine does not know the time zone {window.timezone}",
            why="nobody can tell whether the maintenance window is open",
            fix="install the system's time zone database (tzdata), or `pip install tzdata`",
        ) from None


def _openings(window: MaintenanceWindow, now: datetime) -> Iterator[datetime]:
    """Moments after ``now`` at which the window is open, the first one first."""
    zone = zone_of(window)
    after = now.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    for days in range(_HORIZON):
        start = datetime.combine(now.astimezone(zone).date() + days * _DAY, time(), zone).astimezone(UTC)
        for moment in _candidates(window, start, zone):
            if moment >= after and is_open(window, moment):
                yield moment.astimezone(zone)


def _candidates(window: MaintenanceWindow, start: datetime, zone: tzinfo) -> Iterator[datetime]:
    """When a window can open in the day after ``start``: as it begins, or as the clock is put forward or back."""
    end = start + _DAY + timedelta(hours=3)
    if start.astimezone(zone).utcoffset() == end.astimezone(zone).utcoffset():
        yield start + _minutes(window.from_) * _MINUTE
        return
    moment = start
    while moment <= end:
        yield moment
        moment += _MINUTE


def _begins(window: MaintenanceWindow, day: date) -> bool:
    return DAYS[day.weekday()] in window.days


def _minutes(text: str) -> int:
    return 24 * 60 if text == END_OF_DAY else int(text[:2]) * 60 + int(text[3:])
