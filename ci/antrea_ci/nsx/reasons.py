"""Why a pod of phase 2 does not do its work: the table of facts/nsx-status.yaml over statuses and logs."""

from __future__ import annotations

from dataclasses import dataclass

from antrea_ci import redaction
from antrea_ci.diff.visible import visible
from antrea_ci.facts import facts
from antrea_ci.nsx.living import Living, Manifest
from antrea_ci.values import items_at, mapping_at, text_at, texts_at
from antrea_ci.verify.look import condition, name_of
from antrea_ci.yamlio import Value

_LAST_LINES = 15


@dataclass(frozen=True)
class Reason:
    """What it is that holds it up, in its own words (``word``), what that means, and what to do."""

    word: str
    means: str = ""
    fix: str = ""

    @property
    def told(self) -> str:
        """Both in one line."""
        return f"{self.word} ({self.means})" if self.means else self.word


def of_pod(living: Living, pod: Manifest) -> Reason | None:
    """What holds a pod up; None where its status names nothing."""
    scheduled = condition(pod, "PodScheduled")
    if scheduled.status == "False":
        return _waiting(scheduled.reason, living, pod, "")
    statuses = items_at(pod, ("status", "initContainerStatuses")) + items_at(pod, ("status", "containerStatuses"))
    for one in statuses:
        word = text_at(one, ("state", "waiting", "reason")) or _ended(one)
        if word:
            return _waiting(word, living, pod, text_at(one, ("name",)))
    return None


def _ended(container: Value) -> str:
    ended = mapping_at(container, ("state", "terminated"))
    return text_at(ended, ("reason",)) if ended and ended.get("exitCode") != 0 else ""


def _waiting(word: str, living: Living, pod: Manifest, container: str) -> Reason:
    rows = mapping_at(facts("nsx-status"), ("waiting",))
    row = next((row for start, row in rows.items() if word.startswith(start)), None)
    names = {"cli": living.api.cli, "namespace": living.namespace, "pod": name_of(pod), "container": container}
    fix = text_at(row, ("fix",))
    for key, value in names.items():
        fix = fix.replace(f"{{{key}}}", value)
    return Reason(f"{container}: {word}" if container else word, text_at(row, ("means",)), fix)


def of_log(log: str) -> Reason | None:
    """Why, by the words of a log; None where it has none that are known."""
    low = log.casefold()
    for row in items_at(facts("nsx-status"), ("logs",)):
        word = next((word for word in texts_at(row, ("words",)) if word in low), "")
        if word:
            line = next(line for line in log.splitlines() if word in line.casefold())
            return Reason(redaction.text(visible(line.strip())), text_at(row, ("means",)), text_at(row, ("fix",)))
    return None


def last_lines(log: str) -> str:
    """The end of a log for people, redacted and indented; empty where there is none."""
    lines = visible(redaction.text(log)).splitlines()[-_LAST_LINES:]
    return "".join(f"\n    {line}" for line in lines)
