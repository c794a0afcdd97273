"""Maintenance windows: by the clock on the wall, over midnight, and in the nights in which that clock is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from antrea_ci.apply.window import is_open, next_opening
from antrea_ci.model.apply_section import DAYS, MaintenanceWindow

BERLIN = ZoneInfo("Europe/Berlin")
_MINUTE, _GRID = timedelta(minutes=1), timedelta(minutes=20)


def window(begin: str, end: str, *days: str, zone: str = "Europe/Berlin") -> MaintenanceWindow:
    return MaintenanceWindow.model_validate({"days": days or DAYS, "from": begin, "to": end, "timezone": zone})


def at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27 22:30", False),  # Friday
        ("2026-11-28 21:59", False),
        ("2026-11-28 22:00", True),
        ("2026-11-29 03:59", True),  # Sunday, in the window of Saturday
        ("2026-11-29 04:00", False),
        ("2026-11-29 22:00", True),
        ("2026-11-30 03:59", True),  # Monday, in the window of Sunday
        ("2026-11-30 22:00", False),
    ],
)
def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins(moment: str, expected: bool) -> None:
    assert is_open(window("22:00", "04:00", "sat", "sun"), at(moment)) is expected


def test_the_same_moment_counts_wherever_it_is_told() -> None:
    moment = at("2026-07-04 22:00").astimezone(UTC)
    assert (moment.hour, is_open(window("22:00", "04:00", "sat"), moment)) == (20, True)


def test_in_the_night_of_the_longer_hour_both_of_them_count() -> None:
    night = window("02:00", "03:00")
    assert all(is_open(night, at("2026-10-25 02:30", fold)) for fold in (0, 1))
    assert not is_open(night, at("2026-10-25 03:00"))
    again = window("01:00", "02:30")
    between = at("2026-10-25 02:45")
    assert not is_open(again, between)
    assert next_opening([again], between) == at("2026-10-25 02:00", 1)


def test_in_the_night_of_the_missing_hour_a_window_in_it_does_not_open() -> None:
    opening = next_opening([window("02:00", "03:00", "sun")], at("2026-03-28 12:00"))
    assert opening == at("2026-04-05 02:00")
    assert next_opening([window("02:30", "05:00")], at("2026-03-29 01:59")) == at("2026-03-29 03:00")


def test_of_several_windows_the_first_one_opens() -> None:
    several = [window("22:00", "23:00", "wed"), window("06:00", "07:00", "tue", zone="America/New_York")]
    opening = next_opening(several, at("2026-11-23 12:00"))
    assert opening is not None
    assert opening.isoformat() == "2026-11-24T06:00:00-05:00"


_TIMES = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
_WINDOWS = st.builds(
    lambda begin, end, days, zone: window(begin, end if end != begin else "24:00", *days, zone=zone),
    _TIMES,
    _TIMES,
    st.sets(st.sampled_from(DAYS), min_size=2),
    st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")),
).filter(lambda one: one.from_ != "00:00" or one.to != "24:00" or len(one.days) < 7)
_MOMENTS = st.sampled_from(("2026-03-27", "2026-10-23", "2026-11-27", "2026-04-03")).flatmap(
    lambda day: st.integers(0, 3 * 24 * 60).map(
        lambda minutes: datetime.fromisoformat(day).replace(tzinfo=UTC) + minutes * _MINUTE
    )
)


@given(_WINDOWS, _MOMENTS)
def test_the_next_opening_is_the_first_minute_at_which_the_window_is_open(
    one: MaintenanceWindow, now: datetime
) -> None:
    if is_open(one, now):
        return
    opening = next_opening([one], now)
    assert opening is not None
    assert is_open(one, opening)
    assert not is_open(one, opening.astimezone(UTC) - _MINUTE)
    between = (now + step * _GRID for step in range((opening - now) // _GRID))
    assert not any(is_open(one, moment) for moment in between)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"from": "22:00", "to": "4:00"}, "no time of a day"),
        ({"from": "22:00", "to": "22:00"}, "has no length"),
        ({"from": "22:00", "to": "04:00", "timezone": "Europe/Berlim"}, "did you mean Europe/Berlin"),
        ({"from": "22:00", "to": "04:00", "days": ["saturday"]}, "days.0"),
    ],
)
def test_a_window_that_is_none_is_refused_with_what_to_write(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as raised:
        MaintenanceWindow.model_validate(given)
    assert told in str(raised.value)
