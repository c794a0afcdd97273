"""Secrets in memory: they are given out by name, and in no other way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

_IDENTITY = "ANTREA_GITOPS_AGE_IDENTITY"
_AGE_KEY = "AGE-SECRET-KEY-"


class Secrets:
    """What was loaded, by the names of DESIGN section 8. ``repr`` shows the names alone."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def get(self, name: str) -> str | None:
        """The value, or the content of the file that it named; None where there is none."""
        return self._values.get(name)

    def login(self, name: str) -> tuple[str, str] | None:
        """User and password of a secret that is written ``user:password``; None where there is none."""
        value = self._values.get(name)
        if value is None:
            return None
        user, _, password = value.partition(":")
        return user, password

    def values(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._values.values())

    def __repr__(self) -> str:
        return f"Secrets({', '.join(sorted(self._values))})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets are not written anywhere")


def age_identities(secrets: Secrets) -> tuple[str, ...]:
    """Each identity: an `AGE-SECRET-KEY-…` line, or the whole text of an SSH private key; empty where there is none."""
    text = secrets.get(_IDENTITY) or ""
    lines = [line.strip() for line in text.splitlines()]
    keys = tuple(line for line in lines if line.upper().startswith(_AGE_KEY))
    return keys or ((text,) if "PRIVATE KEY-----" in text else ())
