"""Clusters with a past, for the page about them: installations, backups, a look at NSX; and how pages are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from antrea_ci.install.history import History
from antrea_ci.install.journal import read_entries
from antrea_ci.install.report import write_report
from antrea_ci.nsx.status import Joined, NsxStatus, write_record
from antrea_ci.page import Page, document, gather
from antrea_ci.repo import ClusterRepo
from antrea_ci.vault import Kind, State
from antrea_ci.verify.check import Check
from antrea_ci.verify.check import State as Seen
from support.repos import commit
from support.small import set_cluster
from support.vaults import Site, make_site, work_folder

PHASES = (
    *(("preflight", 4.1), ("prepare", 0.3), ("manifests", 6.4), ("overlay", 1.2), ("backup", 2.0), ("ignition", 9.8)),
    *(("cluster", 1937.0), ("verify", 171.5), ("record", 3.2)),
)
STAGES = (
    *(("Infrastructure Pre-provisioning", 31.0), ("Network-infrastructure Provisioning", 5.0)),
    *(("Post-network, pre-machine Provisioning", 12.0), ("Bootstrap Ignition Provisioning", 1.0)),
    *(("Machine Provisioning", 151.0), ("Infrastructure Post-provisioning", 2.0), ("Bootstrap Complete", 869.0)),
    *(("API", 127.0), ("Bootstrap Destroy", 43.0), ("Cluster Operators Available", 772.0)),
    ("Cluster Operators Stable", 51.0),
)
BEGUN = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)


REASON = "the vCenter refused the login"


def journal(begun: datetime, commit_id: str, *, failed: str = "", reason: str = REASON) -> bytes:
    """What an installation writes down; with ``failed`` that phase is its last."""
    events: list[tuple[str, dict[str, Any]]] = [
        ("install.begin", {"cluster": "ocp", "commit": commit_id, "release": "4.18.9", "installer_version": "4.18.9"})
    ]
    clock = [begun]
    for phase, seconds in PHASES:
        events.append(("phase.begin", {"phase": phase}))
        if phase == "cluster" and phase != failed:
            events += [("stage.end", {"stage": stage, "seconds": took}) for stage, took in STAGES]
        if phase == "verify":
            events += [("check", {"name": name, "state": "ok", "message": "as it should be"}) for name in ("a", "b")]
        events.append(("phase.failed" if phase == failed else "phase.end", {"phase": phase, "seconds": seconds}))
        clock += [clock[-1]] * (len(events) - len(clock) - 1) + [clock[-1] + timedelta(seconds=seconds)]
        if phase == failed:
            events.append(("cause", {"id": "login", "reason": reason, "line": ""}))
            break
    events += [] if failed else [("recorded", {"where": "main", "commit": commit_id, "request": ""})]
    events.append(("run.end", {"outcome": "failed" if failed else "installed"}))
    clock += [clock[-1]] * (len(events) - len(clock))
    lines = (
        {"time": time.isoformat(timespec="milliseconds"), "event": event, **values}
        for time, (event, values) in zip(clock, events, strict=True)
    )
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def lived_in(folder: Path, *, reason: str = REASON, **sections: Any) -> Site:
    """A cluster that failed to install once, was installed, has backups of both times, and was looked at in NSX.

    ``sections`` of cluster.yaml are changed afterwards.
    """
    site = make_site(folder)
    work = work_folder(folder / "work")
    first = journal(BEGUN, site.head, failed="cluster", reason=reason)
    second = journal(BEGUN + timedelta(hours=2), site.head)
    vault = site.vault()
    for kind, text in ((Kind.CLUSTER, first), (Kind.POST_INSTALL, first + second)):
        work.journal_file.write_bytes(text)
        stored = site.store(kind, work)
    vault.prove(stored, State.RESTORED)
    home = ClusterRepo.at(site.repo)
    write_report(home, History.of(read_entries(first + second, "journal")))
    checks = (Check("agents", Seen.OK, "6 agents"), Check("certificate", Seen.FAILED, "ends soon", fix="nsx renew"))
    looked = NsxStatus("ocp", "2026-11-21T06:00:00Z", "manifests", Joined.UP, "5b1c", "ocp", checks=checks)
    write_record(home, looked)
    if sections:
        set_cluster(site.repo, **sections)
        commit(site.repo)
    return site


def page_of(repo: Path) -> Page:
    return gather(ClusterRepo.at(repo))


@dataclass
class Read(HTMLParser):
    """A document as a browser's parser takes it apart; raises AssertionError where elements are not closed in order."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"br", "hr", "input", "link", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All text, words apart by one blank."""
        return " ".join(" ".join(self.texts).split())

    def attributes(self, name: str) -> Iterator[str]:
        yield from (found[name] or "" for _, found in self.elements if name in found)


def read(text: str) -> Read:
    """The document ``text``, every element of which is closed."""
    parser = Read()
    parser.feed(text)
    parser.close()
    assert not parser.open, parser.open
    return parser


def read_page(repo: Path) -> Read:
    return read(document(page_of(repo)))


def headings(found: Read) -> Sequence[int]:
    """The levels of its headings, in their order."""
    return [int(tag[1]) for tag, _ in found.elements if tag in ("h1", "h2", "h3", "h4")]
