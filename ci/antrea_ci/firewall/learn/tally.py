"""Counts what logs tell, line by line, in memory that does not grow with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from antrea_ci.firewall.learn.ends import KEPT, Ends, Zone
from antrea_ci.firewall.learn.packets import Fields, Handshake, Verdict, packet
from antrea_ci.firewall.learn.pairs import NO_PORT, Match, Pair, Rulebook, Way
from antrea_ci.firewall.learn.recognising import formats, recognised

KINDS = 8192
"""So many different flows are told apart; packets of further ones are only counted."""
_EXAMPLES = 3
_NOTHING: Fields = (b"\0", b"", b"", b"", None, None, None, 0)


@dataclass(slots=True)
class Seen:
    """Packets of one kind: how many, and the first and the last line; by ``began`` and ``ended`` kinds are in order."""

    first: bytes = b""
    began: int = 0
    last: bytes = b""
    ended: int = 0
    count: int = 0


@dataclass(slots=True)
class _Fate:
    """Lines of one format with the same word for what became of the packet."""

    verdict: Verdict
    is_drop: bool
    count: int = 0


@dataclass
class Unknown:
    """Lines of no format, or half ones; the first few are kept."""

    count: int = 0
    examples: list[bytes] = field(default_factory=list[bytes])

    def add(self, line: bytes) -> None:
        """Counts a line; an empty one is none."""
        if line.strip(b" \t\r\0"):
            self.count += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(line)


_NONE = frozenset[bytes | None]()
_Zones: TypeAlias = tuple[Zone | None, Zone | None]
_Key: TypeAlias = tuple[Zone | None, Zone | None, bytes, bytes | None, bytes | None]
_Settled: TypeAlias = tuple[Seen, frozenset[bytes | None]]


class Tally:
    """Everything that was counted. ``flows`` are dropped packets by pair, way, and the rule that explains them.

    ``outside`` are packets with no end in the cluster, or with one for which no rule has a word; ``beyond`` those that
    came when enough kinds were known. ``unsaid`` is a line that does not say what became of its packet.
    """

    def __init__(
        self,
        ends: Ends,
        rulebook: Rulebook,
        *,
        drop_prefixes: Sequence[str] = (),
        kinds: int = KINDS,
        kept: int = KEPT,
    ) -> None:
        self.lines = 0
        self.unknown = Unknown()
        self.unsaid = b""
        self.outside, self.beyond = Seen(), Seen()
        self.flows: dict[tuple[Pair, Way, Match | None], Seen] = {}
        self._find, self._rulebook, self._kinds, self._kept = ends.find, rulebook, kinds, kept
        self._formats = list(formats(drop_prefixes))
        self._fates: dict[str, dict[bytes, _Fate]] = {one.name: {} for one in self._formats}
        self._totals = Counter[tuple[str, Verdict]]()
        self._pairs: dict[tuple[Zone, Zone, str], Pair] = {}
        self._settled: dict[_Key, _Settled] = {}

    def count(self, lines: Sequence[bytes]) -> None:
        """Counts these lines. This is the loop that has to be fast: what has been seen before costs a few look-ups."""
        read, fates = self._usual()
        find, settled = self._find, self._settled
        for number, line in enumerate(lines, self.lines):
            fields = read(line)
            if fields is None:
                fields = self._of_another_format(line)
                read, fates = self._usual()
            word, source, destination, protocol, own_port, port, flags, repeats = fields
            fate = fates.get(word) or self._judged(word, line)
            fate.count += 1
            if fate.is_drop:
                zones = find(source), find(destination)
                seen, replies = settled.get((*zones, protocol, port, flags)) or self._settle(fields, zones, line)
                if own_port in replies:
                    seen = self._answer(fields, zones, line)
                seen.count += repeats
                seen.last, seen.ended = line, number
        self.lines += len(lines)

    def totals(self) -> Counter[tuple[str, Verdict]]:
        """Lines by the name of their format and by verdict."""
        found = self._totals.copy()
        for name in self._fates:
            self._add(name, found)
        return found

    def _add(self, name: str, totals: Counter[tuple[str, Verdict]]) -> None:
        for word, fate in self._fates[name].items():
            totals[name, fate.verdict] += fate.count if word != _NOTHING[0] else 0

    def _usual(self) -> tuple[Callable[[bytes], Fields | None], dict[bytes, _Fate]]:
        """The format of the line before: the next one has most often the same."""
        return self._formats[0].read, self._fates[self._formats[0].name]

    def _of_another_format(self, line: bytes) -> Fields:
        """What a line has, by whichever format; that comes first from now on. _NOTHING where it is of none."""
        found = recognised(line, self._formats[1:])  # the first one has been tried
        if found is None:
            self.unknown.add(line)
            return _NOTHING
        one, fields = found
        self._formats.remove(one)
        self._formats.insert(0, one)
        return fields

    def _judged(self, word: bytes, line: bytes) -> _Fate:
        """Asks the present format for the meaning of a word; words that hold a time come once only."""
        form = self._formats[0]
        fates = self._fates[form.name]
        if len(fates) >= self._kept:
            self._add(form.name, self._totals)
            fates.clear()
        verdict = Verdict.ALLOWED if word == _NOTHING[0] else form.verdict(word)
        if verdict is Verdict.UNSAID:
            self.unsaid = self.unsaid or line
        is_drop = verdict in (Verdict.DROPPED, Verdict.UNSAID)
        return fates.setdefault(word, _Fate(verdict, is_drop))

    def _settle(self, fields: Fields, zones: _Zones, line: bytes) -> _Settled:
        """Where such packets are counted, and the ports of senders with which they are answers.

        It is remembered, but where more than these would make a difference.
        """
        found, (source, destination) = packet(fields), zones
        if found is None or source is None or destination is None:
            self._not_understood(fields, line)
            return Seen(), _NONE
        key = (*zones, fields[3], fields[5], fields[6])
        if not source.is_own and not destination.is_own:
            return self._keep(key, (self.outside, _NONE))
        pair = self._pair(source, destination, found.protocol)
        if pair is None:
            return self.beyond, _NONE
        shake = self._formats[0].handshake(fields[6]) if fields[6] else Handshake.UNKNOWN
        way = pair.way(found.source_port, found.destination_port, shake)
        if not pair.is_settled(found.destination_port, shake):
            return self._of_way(pair, way, line), _NONE
        replies = pair.replies if shake is Handshake.UNKNOWN and found.destination_port not in pair.forward else _NONE
        forward = self._of_way(pair, Way(found.destination_port, is_reply=False), line)
        return self._keep(key, (forward, replies))

    def _answer(self, fields: Fields, zones: _Zones, line: bytes) -> Seen:
        found, (source, destination) = packet(fields), zones
        pair = self._pair(source, destination, found.protocol) if found and source and destination else None
        return self._of_way(pair, Way(found.source_port, is_reply=True), line) if found and pair else self.beyond

    def _not_understood(self, fields: Fields, line: bytes) -> None:
        self._fates[self._formats[0].name][fields[0]].count -= 1
        self.unknown.add(line)

    def _keep(self, key: _Key, settled: _Settled) -> _Settled:
        if len(self._settled) >= self._kept:
            self._settled.clear()
        self._settled[key] = settled
        return settled

    def _pair(self, source: Zone, destination: Zone, protocol: str) -> Pair | None:
        key = source, destination, protocol
        if key not in self._pairs and len(self._pairs) < self._kinds:
            self._pairs[key] = self._rulebook.pair(*key)
        return self._pairs.get(key)

    def _of_way(self, pair: Pair, way: Way, line: bytes) -> Seen:
        """Where packets of this way are counted: by rule where one explains them, else by port."""
        match, is_within = pair.match(way), bool(pair.source.network and pair.destination.network)
        if match is None and not is_within:
            return self.outside
        if match and (match.is_sure or not is_within):
            way = Way(NO_PORT, way.is_reply)
        key = pair, way, match
        if key not in self.flows and len(self.flows) >= self._kinds:
            return self.beyond
        return self.flows.setdefault(key, Seen(line, began=len(self.flows)))
