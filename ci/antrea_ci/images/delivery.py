"""One image on its way into a registry: what is there is left alone, what breaks is tried again."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError
from antrea_ci.exchange import Fault, Line
from antrea_ci.findings import Finding
from antrea_ci.images.access import access
from antrea_ci.images.layout import Layout
from antrea_ci.images.match import Match
from antrea_ci.images.programs import Pusher
from antrea_ci.images.registry import Found, Logins, Reason, Refusal, look_up
from antrea_ci.images.verdict import refused
from antrea_ci.images.verify import Verified, Wanted
from antrea_ci.reports import Json

PAUSES = (1.0, 2.0, 4.0, 8.0)
_LONGEST = 60.0  # seconds that a registry may ask for
# What another attempt does not change, in the words of skopeo, crane and podman.
_FINAL = re.compile(
    r"unauthorized|authentication required|denied|forbidden|\b40[13]\b|x509|no space left|cannot run|several platforms",
    re.IGNORECASE,
)
_CLOSED = (Refusal.LOGIN, Refusal.NO_LOGIN, Refusal.UNTRUSTED, Refusal.NOT_TLS)


@dataclass(frozen=True)
class Registry:
    """How the registry is reached. ``logins`` may push; ``pem`` are certificates that are trusted besides."""

    line: Line
    logins: Logins = field(repr=False)
    pem: str = ""

    def look_up(self, target: str) -> Found | Reason:
        """What is there."""
        return look_up(target, self.line, self.logins, platforms=True, plain_on_loopback=True)


@dataclass(frozen=True)
class Pushed:
    """The target of ``match`` has the image, with ``digest``; ``is_new`` is False where it had it before."""

    match: Match
    digest: str
    is_new: bool

    def as_text(self) -> str:
        """One line."""
        what = "pushed" if self.is_new else "already there"
        end = f"@{self.digest}" if self.digest and "@" not in self.match.planned.target else ""
        return f"{what}: {self.match.planned.target}{end} ({self.match.image.archive})"

    def as_json(self) -> Mapping[str, Json]:
        """For machines."""
        planned, image = self.match.planned, self.match.image
        return {
            "reference": planned.reference,
            "target": planned.target,
            "digest": self.digest,
            "archive": image.archive,
            "platforms": list(image.platforms),
            "result": "pushed" if self.is_new else "already there",
        }


@dataclass(frozen=True)
class Delivery:
    """``pauses``: the seconds before each further attempt; ``progress`` is told what begins; ``stop`` ends it early."""

    registry: Registry
    pusher: Pusher
    progress: Callable[[str], None]
    pauses: Sequence[float] = PAUSES
    stop: threading.Event = field(default_factory=threading.Event, repr=False)

    def deliver(self, match: Match, folder: Path) -> Pushed | Finding:
        """The image at its target, or why not. ``folder`` is empty and takes the image as it is pushed."""
        layout: Layout | None = None
        result: Pushed | Finding = _failed(match, "it was interrupted")
        asked_for = 0.0
        for attempt, pause in enumerate((0.0, *self.pauses), 1):
            if self.stop.wait(max(pause, min(asked_for, _LONGEST))):
                break
            there = self.registry.look_up(match.planned.target)
            if isinstance(there, Found) and _is_same(match, there):
                return Pushed(match, there.digest, is_new=attempt > 1)
            if isinstance(there, Reason) and (fault := _unreached(match, there)):
                result, asked_for = fault, there.pause
                if _is_final(there):
                    break
                continue
            layout = layout or match.image.form.lay_out(folder)
            if match.planned.digest not in ("", layout.digest) and self.pusher.keeps_digest:
                return _other_lock(match, layout.digest)
            self.progress(f"pushing {match.planned.target}" + (f", attempt {attempt}" if attempt > 1 else ""))
            result = self._attempt(match, layout, is_plain=there.is_plain)
            if isinstance(result, Pushed) or _FINAL.search(result.message):
                break
        return result

    def _attempt(self, match: Match, layout: Layout, *, is_plain: bool) -> Pushed | Finding:
        target = match.planned.target
        try:
            with access(target, self.registry.logins(target), self.registry.pem, is_plain=is_plain) as way:
                self.pusher.push(layout, target, way)
        except AntreaGitopsError as error:
            return _failed(match, error.message)
        there = self.registry.look_up(target)
        if isinstance(there, Reason):  # a login may push and not pull
            return Pushed(match, layout.digest if self.pusher.keeps_digest else "", is_new=True)
        if self.pusher.keeps_digest and there.digest != layout.digest:
            return _failed(match, f"the registry has {there.digest} there; {layout.digest} was pushed")
        if match.planned.digest not in ("", there.digest):
            return _other_lock(match, there.digest, fix="push it by skopeo or crane, which pack no layer anew")
        return Pushed(match, there.digest, is_new=True)


def _is_same(match: Match, there: Found) -> bool:
    """By the digest, or by the configuration, which pins what layers unpack to; where no other digest is locked."""
    image = match.image
    has_it = there.digest == image.digest or (bool(image.config) and image.config == there.config)
    return has_it and match.planned.digest in ("", there.digest)


def _unreached(match: Match, reason: Reason) -> Finding | None:
    """Why it makes no sense to push now; None where the image is only not there, or may not be seen."""
    if reason.refusal in (*_CLOSED, Refusal.NO_ANSWER, Refusal.LIMIT):
        target = match.planned.target
        wanted = Wanted(target, ())
        return refused(Verified(wanted, ((target, reason),)), target, reason)
    return None


def _is_final(reason: Reason) -> bool:
    return reason.refusal in _CLOSED or Fault.NAME.value in reason.detail


def _other_lock(match: Match, digest: str, fix: str = "") -> Finding:
    planned = match.planned
    message = f"{match.image.archive}: gives {digest}; {planned.uses[0].object} is locked to {planned.reference}"
    return Finding("push/locked", message, fix=fix)


def _failed(match: Match, message: str) -> Finding:
    return Finding("push/failed", f"{match.planned.target} was not pushed: {message}")
