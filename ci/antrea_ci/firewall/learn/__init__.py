"""What firewalls dropped between a cluster's networks, read from their logs and held against the rules it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BufferedIOBase
from pathlib import Path

from antrea_ci.firewall import Rule
from antrea_ci.firewall.learn.ends import MACHINES, Ends, is_by_name, zones_of
from antrea_ci.firewall.learn.pairs import Rulebook
from antrea_ci.firewall.learn.reading import read_logs
from antrea_ci.firewall.learn.result import Learned, learned
from antrea_ci.firewall.learn.tally import Tally
from antrea_ci.firewall.naming import with_addresses
from antrea_ci.model.effective import Cluster

__all__ = ["Learned", "learn"]


def learn(
    cluster: Cluster,
    rules: Sequence[Rule],
    logs: Sequence[Path | BufferedIOBase],
    *,
    drop_prefixes: Sequence[str] = (),
    addresses: Mapping[str, Sequence[str]] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Learned:
    """Reads ``logs`` once, from the oldest to the newest, in memory that does not grow with them.

    ``rules`` are those of ``cluster``; ``addresses`` are known for ends of them that are names or groups. A line of the
    kernel was dropped where its prefix has one of ``drop_prefixes``; without any, its words tell. ``progress`` hears
    how many lines have been read. AntreaGitopsError where a file cannot be read.
    """
    known = with_addresses(rules, addresses or {})
    zones = zones_of(cluster, known)
    rulebook = Rulebook(known, knows_machines=any(zone.what in MACHINES for zone in zones))
    tally = Tally(Ends(zones), rulebook, drop_prefixes=drop_prefixes)
    broken: list[str] = []

    def count(lines: list[bytes]) -> None:
        tally.count(lines)
        progress(tally.lines)

    read_logs(logs, count, broken.append)
    names = dict.fromkeys(end for rule in known for end in (rule.source, rule.destination) if is_by_name(end))
    return learned(tally, tuple(broken), tuple(names))
