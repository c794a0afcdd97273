"""What came of a look at a registry: an image, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Refusal(StrEnum):
    """Why an image cannot be pulled."""

    MISSING = "there is no such image"
    LOGIN = "the registry does not take the login"
    NO_LOGIN = "the registry asks for a login"
    DENIED = "the login may not pull it"
    LIMIT = "the registry has a limit of pulls, and it is reached"
    NO_ANSWER = "the registry cannot be reached"
    UNTRUSTED = "the registry's certificate is not trusted"
    NOT_TLS = "the registry speaks plain HTTP"
    OTHER = "the registry does not do what it should"


@dataclass(frozen=True)
class Found:
    """An image that can be pulled. ``platforms`` such as ``linux/amd64``; none where nobody asked, or it has none.

    ``config`` is the digest of its configuration where platforms were asked for and there is one; ``is_plain`` says
    that the registry, on this machine's loopback, speaks no TLS.
    """

    digest: str
    platforms: tuple[str, ...] = ()
    config: str = field(default="", compare=False)
    is_plain: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Reason:
    """Why there is no image; ``detail`` is what the other side, or the system, says of it; ``is_plain`` as in Found.

    ``pause`` is for how many seconds the registry wants to be left alone.
    """

    refusal: Refusal
    detail: str = ""
    is_plain: bool = field(default=False, compare=False)
    pause: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        return f"{self.refusal.value} ({self.detail})" if self.detail else self.refusal.value


class RefusedError(Exception):
    """Ends a look at a registry, with the reason."""

    def __init__(self, refusal: Refusal, detail: str = "", pause: float = 0.0) -> None:
        super().__init__(refusal.value)
        self.reason = Reason(refusal, detail, pause=pause)
