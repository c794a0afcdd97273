"""What a check says: one finding, with its place, its reason and its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

# The user and password before a host, with or without the scheme; what stands before a digest is none.
# `git@` is the name that everybody has at a Git host.
_LOGIN = re.compile(r"(?:(?<=//)(?!git@)[^\s/'\"`@:]*(?::[^\s'\"`]*)?|[^\s/'\"`@:]+:(?!//)[^\s'\"`]+)@(?!sha\d+:)")


class Severity(StrEnum):
    """How bad a finding is: an error fails the run, a warning only with ``--strict``."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file. ``line`` and ``column`` count from 1; 0 means the file as a whole."""

    file: str = ""
    line: int = 0
    column: int = 0
    document: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Finding:
    """One problem. ``rule`` is ``<family>/<name>``; ``source`` names the fact behind the rule.

    ``message`` and ``fix`` never show the login of an address, whichever value a rule puts into them.
    """

    rule: str
    message: str
    severity: Severity = Severity.ERROR
    location: Location = Location()
    object: str = ""
    why: str = ""
    fix: str = ""
    source: str = ""
    stricter: bool = False

    def __post_init__(self) -> None:
        for name, text in (("message", self.message), ("fix", self.fix)):
            if "@" in text:
                object.__setattr__(self, name, without_logins(text))

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def family(self) -> str:
        """The part of the rule's id before the slash."""
        return self.rule.partition("/")[0]

    def as_json(self) -> dict[str, str | int | bool]:
        """The form that ``--format json`` prints (DESIGN section 8)."""
        place = asdict(self.location)
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "stricter": self.stricter,
            **place,
            "object": self.object,
            "message": self.message,
            "why": self.why,
            "fix": self.fix,
            "source": self.source,
        }

    def as_text(self) -> str:
        """``place: severity: message [rule]`` and, indented below it, object, why and fix."""
        head = f"{self.location}: " if self.location.file else ""
        lines = [f"{head}{self.severity.value}: {self.message} [{self.rule}]"]
        for name, text in (("object", self.object), ("why", self.why), ("fix", self.fix)):
            if text:
                lines.append(f"  {name}: {text}")
        return "\n".join(lines)


def without_logins(text: str) -> str:
    """``text`` with ``...`` for the user and password of each address in it."""
    return _LOGIN.sub("...@", text) if "@" in text else text


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by place, then rule: the same order in every run, each one once."""
    return sorted(set(findings), key=lambda f: (f.location, f.rule, f.object, f.message))
