"""The lines that openshift-install writes, in every form that it has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line: ``level`` is debug, info, warning, error or fatal, empty where the line tells none."""

    level: str
    message: str
