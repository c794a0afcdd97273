"""Why NSX Manager did not do what it was asked for, in words that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from antrea_ci.diff.visible import on_one_line
from antrea_ci.errors import AntreaGitopsError
from antrea_ci.exchange import NoAnswerError
from antrea_ci.facts import facts
from antrea_ci.nsx.answers import said
from antrea_ci.redaction import text as redacted
from antrea_ci.values import mapping_at, text_at, texts_at
from antrea_ci.yamlio import Value

_BUSY = (429, 502, 503, 504)


class NsxError(AntreaGitopsError):
    """A manager refused, or none answered. ``status`` is that of the answer, 0 without one.

    ``wait``: the seconds after which it wants to be asked again; 0 where it does not say.
    """

    def __init__(self, message: str, *, status: int = 0, why: str = "", fix: str = "", wait: float = 0.0) -> None:
        super().__init__(message, why=why, fix=fix)
        self.status = status
        self.wait = wait

    @property
    def is_busy(self) -> bool:
        """Whether it may do later what it did not do now."""
        return self.status in _BUSY


Faults: TypeAlias = Mapping[str, NsxError | NoAnswerError]
"""Why each manager, by its address, did not do it."""


def refused(what: str, manager: str, status: int, read: Value, wait: float = 0.0) -> NsxError:
    """``what`` was answered with a status that is no success, and with ``read``."""
    words = on_one_line(redacted(said(read)))
    if _is_login(status, words):
        message, why, fix = (text_at(facts("nsx-api"), ("login", key)) for key in ("message", "why", "fix"))
        return NsxError(f"NSX manager {manager}: {message}", status=status, why=why, fix=fix)
    told = f": {words}" if words else ""
    message = f"NSX manager {manager}: {what} was answered with {status}{told}"
    return NsxError(message, status=status, fix=_fix(status), wait=wait)


def _is_login(status: int, words: str) -> bool:
    """Whether the refusal is about who asks, and not about what is asked."""
    known = texts_at(facts("nsx-api"), ("login", "words"))
    return status == 401 or (status == 403 and any(word in words.casefold() for word in known))


def _fix(status: int) -> str:
    rows = mapping_at(facts("nsx-api"), ("statuses",))
    return text_at(rows, (f"s{status}",)) or (text_at(rows, ("s5xx",)) if status >= 500 else "")


def unanswered(what: str, faults: Faults) -> AntreaGitopsError:
    """No manager did ``what``."""
    errors = list(faults.values())
    if len(errors) == 1 and isinstance(errors[0], NsxError):
        return errors[0]
    told = "; ".join(f"{manager}: {_word(error)}" for manager, error in faults.items())
    fixes = "; ".join({fix: None for error in errors if (fix := _way_out(error))})
    if not faults:
        return NsxError("nsx.managers in cluster.yaml is empty", fix="name the addresses of the three NSX managers")
    return NsxError(f"no NSX manager answers ({what}): {told}", fix=fixes)


def _word(error: NsxError | NoAnswerError) -> str:
    return str(error) if isinstance(error, NoAnswerError) else f"it is busy ({error.status})"


def _way_out(error: NsxError | NoAnswerError) -> str:
    return error.fix if isinstance(error, NsxError) else text_at(facts("nsx-api"), ("faults", error.fault.name))


def uncertain(what: str, manager: str, fault: NoAnswerError) -> NsxError:
    """Nobody knows whether ``what`` was done."""
    why = "it may have been done all the same"
    return NsxError(
        f"NSX manager {manager}: {what}: {fault}", why=why, fix="run the same command again: it looks before it changes"
    )


def no_manager(manager: str, what: str) -> NsxError:
    """What answers there does not speak as NSX does."""
    return NsxError(
        f"{manager} is no NSX manager: its answer to {what} is not worded as one of NSX",
        fix="correct nsx.managers in cluster.yaml, and see that no proxy answers in its place",
    )
