"""Counts what logs tell, line by line, in memory that does not grow with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from antrea_ci.firewall.learn.ends import ELSEWHERE, Ends, Zone
from antrea_ci.firewall.learn.packets import Packet, Verdict
from antrea_ci.firewall.learn.pairs import Pair, Rulebook, Way
from antrea_ci.firewall.learn.reading import BrokenOffError, blocks, opened, unpacked
from antrea_ci.firewall.learn.recognising import recogniser

KINDS = 16_384
"""So many different flows (two zones, protocol, port, direction) are told apart; what comes after is only counted."""
_EXAMPLES = 3
_LONGEST_EXAMPLE = 1000


@dataclass
class Seen:
    """Packets of one kind: how many, the first and the last line."""

    first: bytes
    last: bytes
    count: int = 0


@dataclass
class Tally:
    """Everything that was counted. ``flows`` by pair and way; ``verdicts`` and ``formats`` count lines."""

    ends: Ends
    rulebook: Rulebook
    kinds: int = KINDS
    lines: int = 0
    formats: Counter[str] = field(default_factory=Counter[str])
    verdicts: Counter[Verdict] = field(default_factory=Counter[Verdict])
    unknown: int = 0
    unknown_lines: list[bytes] = field(default_factory=list[bytes])
    unsaid_line: bytes = b""
    outside: int = 0
    beyond: int = 0
    broken_off: list[str] = field(default_factory=list[str])
    flows: dict[tuple[Pair, Way], Seen] = field(default_factory=dict[tuple[Pair, Way], Seen])

    def __post_init__(self) -> None:
        self._pairs: dict[tuple[Zone, Zone, str], tuple[Pair, dict[Way, Seen]]] = {}

    def not_understood(self, line: bytes) -> None:
        """Counts a line of no format; the first few are kept."""
        if not line.strip(b" \t\r\0"):
            return
        self.unknown += 1
        if len(self.unknown_lines) < _EXAMPLES:
            self.unknown_lines.append(line[:_LONGEST_EXAMPLE])

    def packet(self, packet: Packet, line: bytes) -> None:
        """Counts a packet that was dropped."""
        source, destination = self.ends.find(packet.source), self.ends.find(packet.destination)
        if source is None or destination is None:
            self.not_understood(line)
            return
        if source is ELSEWHERE and destination is ELSEWHERE:
            self.outside += packet.repeats
            return
        pair, ways = self._pair(source, destination, packet.protocol)
        way = pair.way(packet.source_port, packet.destination_port, packet.handshake)
        seen = ways.get(way)
        if seen is None:
            if len(self.flows) >= self.kinds:
                self.beyond += packet.repeats
                return
            seen = ways[way] = self.flows[pair, way] = Seen(line[:_LONGEST_EXAMPLE], line)
        seen.count += packet.repeats
        seen.last = line

    def _pair(self, source: Zone, destination: Zone, protocol: str) -> tuple[Pair, dict[Way, Seen]]:
        key = source, destination, protocol
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = self.rulebook.pair(*key), {}
        return found


def read_logs(
    logs: Sequence[Path | IO[bytes]],
    tally: Tally,
    *,
    drop_prefixes: Sequence[str] = (),
    progress: Callable[[int], None] = lambda lines: None,
) -> None:
    """Counts every line of the files (or streams) into ``tally``; ``progress`` hears of lines now and then.

    AntreaGitopsError where a file cannot be read; one that is broken in the middle is told in the tally.
    """
    read = recogniser(drop_prefixes)
    for log in logs:
        stream = opened(log) if isinstance(log, Path) else unpacked(log)
        try:
            for block in blocks(stream):
                _count(block, tally, read)
                progress(tally.lines)
        except BrokenOffError:
            tally.broken_off.append(str(log) if isinstance(log, Path) else "-")
        finally:
            if isinstance(log, Path):
                stream.close()


def _count(block: list[bytes], tally: Tally, read: Callable[[bytes], tuple[str, Packet] | None]) -> None:
    tally.lines += len(block)
    formats, verdicts, packet_of = tally.formats, tally.verdicts, tally.packet
    for line in block:
        found = read(line)
        if found is None:
            tally.not_understood(line)
            continue
        name, packet = found
        formats[name] += 1
        verdict = packet.verdict
        verdicts[verdict] += 1
        if verdict is Verdict.DROPPED:
            packet_of(packet, line)
        elif verdict is Verdict.UNSAID:
            tally.unsaid_line = tally.unsaid_line or line[:_LONGEST_EXAMPLE]
            packet_of(packet, line)
