"""Backups, and how far each was proven."""

from __future__ import annotations

from antrea_ci.page.collect.backups import Backup, Backups
from antrea_ci.page.markup import Child, Markup, fragment
from antrea_ci.page.parts import Tone, badge, cell, code, named, nothing, pairs, row, section, table
from antrea_ci.page.words import NONE, day, when
from antrea_ci.wording import count, size

_TONES: dict[str, Tone] = {"restored": "good", "checked": "plain", "stored": "plain", "damaged": "bad"}
_HEADS = (
    *(("Taken", ""), ("Kind", ""), ("Proven", ""), ("Commit", ""), ("Files", "number"), ("Encrypted", "number")),
    ("Remote", ""),
)
_WHERE = {True: "has it", False: "lacks it", None: NONE}
# A page is for people: who keeps more than these looks at `backup list`.
_MOST = 40


def backups_section(backups: Backups) -> Markup:
    """From new to old."""
    facts = pairs(
        [
            ("Remote", code(backups.remote) if backups.remote else "none: backups stay in this clone"),
            ("Readable for", count(backups.recipients, "recipient")),
            ("Last drill", fragment("restored and compared ", when(backups.drilled)) if backups.drilled else "never"),
        ],
        kind="across",
    )
    return section("backups", "Backups", facts, _table(backups))


def _table(backups: Backups) -> Markup:
    if backups.unread:
        return nothing("What this clone has could not be read: ", backups.unread)
    if not backups.found:
        return nothing("This clone has no backup yet.")
    rows = [_row(one) for one in backups.found[:_MOST]]
    left = len(backups.found) - len(rows)
    older = f", and {left} older ones that `antrea-gitops backup list` shows" if left else ""
    return table(f"{count(len(rows), 'backup')}, from new to old{older}", _HEADS, rows, key="backups", sorts=True)


def _row(one: Backup) -> Markup:
    proven: Child = [badge(one.state, _TONES[one.state])]
    if one.state in ("restored", "checked"):
        proven = [*proven, f" {day(one.proven)}"]
    return row(
        named(when(one.time)),
        cell(one.kind),
        cell(proven, f" {one.fault}" if one.fault else None),
        cell(code(one.commit[:12]) if one.commit else NONE),
        cell(str(one.files) if one.files else NONE, kind="number"),
        cell(size(one.encrypted) if one.encrypted else NONE, kind="number"),
        cell(_WHERE[one.is_pushed]),
    )
