"""The section `apply` of cluster.yaml: when the living cluster may be changed."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from antrea_ci.model.part import Part
from antrea_ci.suggest import did_you_mean

_TIME = re.compile(r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")
END_OF_DAY = "24:00"

Day: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _time(text: str) -> str:
    if text != END_OF_DAY and not _TIME.match(text):
        raise ValueError(f'{text!r} is no time of a day; write it in quotes with four digits, as "04:00"')
    return text


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    try:
        if name != "UTC":
            ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        _refuse_zone(name, sorted(available_timezones()))
    return name


def _refuse_zone(name: str, known: list[str]) -> None:
    """A machine without the time zone database cannot tell; it says so when it has to know."""
    if known:
        hint = did_you_mean(name, known)
        raise ValueError(f"{name!r} is no time zone{hint}; write it as Europe/Berlin or UTC")


Time: TypeAlias = Annotated[str, AfterValidator(_time)]
Zone: TypeAlias = Annotated[str, AfterValidator(_zone)]


class MaintenanceWindow(Part):
    """A time of the week, by the clock on the wall. It ends on the next day where `to` is not later than `from`."""

    days: tuple[Day, ...] = Field(
        default=DAYS, min_length=1, strict=False, description="On which days it begins; left out: every day."
    )
    from_: Time = Field(alias="from", description='When it begins, as "22:00".')
    to: Time = Field(description='When it ends, as "04:00"; "24:00" is midnight.')
    timezone: Zone = Field(default="UTC", description="Whose clock, as Europe/Berlin.")

    @model_validator(mode="after")
    def _lasts(self) -> MaintenanceWindow:
        if self.from_ in (self.to, END_OF_DAY):
            raise ValueError(
                f'a window from {self.from_} to {self.to} has no length; write from "00:00" to "24:00" for a whole day'
            )
        return self


class Apply(Part):
    """How changes reach the living cluster."""

    maintenance: tuple[MaintenanceWindow, ...] = Field(
        default=(), strict=False, description="When agents may restart; without any window, at any time."
    )
