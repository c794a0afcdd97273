"""The reports of `check` and `diff`, read back by a job that trusts neither the files nor who wrote them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json as parsed

from antrea_ci.diff.markdown import markdown
from antrea_ci.diff.model import RepositoryDiff
from antrea_ci.diff.report_json import from_json
from antrea_ci.diff.visible import on_one_line
from antrea_ci.findings import Severity
from antrea_ci.pipeline.hostile_files import UnusableError, opened, read

CHECK = "check.json"
DIFF = "diff.json"
T = TypeVar("T")

_Text = Annotated[str, Field(max_length=20_000)]
_Number = Annotated[int, Field(ge=0, le=2**31)]


class _Part(BaseModel):
    # Another version may tell more than this one knows; what is not known is not shown.
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class ReportedFinding(_Part):
    """A finding as `check --format json` prints it."""

    rule: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}/[a-z0-9-]{1,60}$")]
    severity: Annotated[Severity, Field(strict=False)]
    message: _Text
    file: _Text = ""
    line: _Number = 0
    column: _Number = 0
    object: _Text = ""
    why: _Text = ""
    fix: _Text = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def place(self) -> str:
        """``file:line:column``, as far as it is known."""
        numbers = [str(number) for number in (self.line, self.column if self.line else 0) if number]
        return ":".join([self.file, *numbers]) if self.file else ""


class _Check(_Part):
    findings: list[ReportedFinding]


@dataclass(frozen=True)
class Fault:
    """Why a report cannot be shown. ``reason`` may repeat words of the report, so it is as hostile."""

    file: str
    reason: str
    is_missing: bool

    def as_text(self) -> str:
        """One line for a log."""
        return f"{self.file} is {'missing' if self.is_missing else 'not usable'}: {on_one_line(self.reason)}"


@dataclass(frozen=True)
class Reports:
    """What was found. None stands for a report that is missing or unusable, which ``faults`` explains."""

    findings: tuple[ReportedFinding, ...] | None
    diffs: tuple[RepositoryDiff, ...] | None
    faults: tuple[Fault, ...] = ()

    @property
    def is_invalid(self) -> bool:
        """Whether somebody has to look: a report is unusable, or there is none at all."""
        return (self.findings is None and self.diffs is None) or any(not fault.is_missing for fault in self.faults)


def read_reports(folder: Path) -> Reports:
    """Both reports of ``folder``; whatever is wrong with them is told and never raised."""
    faults: list[Fault] = []
    findings = _one(folder, CHECK, _findings, faults)
    diffs = _one(folder, DIFF, _diffs, faults)
    return Reports(findings, diffs, tuple(faults))


def reason(error: Exception) -> str:
    """What is wrong with a report's content, without its values."""
    if not isinstance(error, ValidationError):
        return "it is not JSON, or nested too deeply"
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place[:200]}: {first['msg'][:200]}" if place else first["msg"][:200]


def _one(folder: Path, name: str, use: Callable[[bytes], T], faults: list[Fault]) -> T | None:
    try:
        with opened(folder) as handle:
            return use(read(handle, name))
    except FileNotFoundError:
        faults.append(Fault(name, "the job that writes it did not get that far", is_missing=True))
    except UnusableError as error:
        faults.append(Fault(name, str(error), is_missing=False))
    except (ValueError, RecursionError) as error:
        faults.append(Fault(name, reason(error), is_missing=False))
    return None


def _findings(data: bytes) -> tuple[ReportedFinding, ...]:
    """The errors first, each group by place."""
    told: object = parsed(data, allow_inf_nan=False)
    found = _Check.model_validate(told).findings
    return tuple(sorted(found, key=lambda one: (not one.is_error, one.file, one.line, one.column, one.rule)))


def _diffs(data: bytes) -> tuple[RepositoryDiff, ...]:
    """The diffs, of which it is certain that they can be shown: a number may be too long to be written."""
    found = from_json(data)
    markdown(found)
    return found
