"""What was counted, held against the rules: rows that a firewall lacks, and drops that no row explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from antrea_ci.firewall.learn.ends import INSIDE, Zone
from antrea_ci.firewall.learn.known import known
from antrea_ci.firewall.learn.packets import Verdict
from antrea_ci.firewall.learn.pairs import EPHEMERAL, Match, Pair, Way, ephemeral_from
from antrea_ci.firewall.learn.tally import Seen, Tally
from antrea_ci.firewall.learn.times import shown, when
from antrea_ci.firewall.rule import Rule
from antrea_ci.yamlio import Value

_MANY = 16  # ports between the same ends
_Kind: TypeAlias = tuple[Zone, Zone, str, int]


@dataclass(frozen=True)
class Drops:
    """Dropped packets of one kind. ``replies`` of ``count`` were answers; times as the logs write them."""

    count: int
    replies: int
    first: str
    last: str
    example: str

    def as_json(self) -> dict[str, Value]:
        """Plain values."""
        return {
            "count": self.count,
            "replies": self.replies,
            "first": self.first,
            "last": self.last,
            "example": self.example,
        }


@dataclass(frozen=True)
class Lacking:
    """A row of the report, and what was dropped of it."""

    rule: Rule
    drops: Drops

    def as_json(self) -> dict[str, Value]:
        """Plain values."""
        return {"rule": self.rule.as_json(), **self.drops.as_json()}


@dataclass(frozen=True)
class Unexplained:
    """Packets that no row lets through. ``proposal`` is the row that would; None where no port can be told.

    ``perhaps``: rows whose ends are names or groups, which might be meant.
    """

    source: Zone
    destination: Zone
    protocol: str
    port: str
    what: str
    perhaps: tuple[str, ...]
    proposal: Rule | None
    drops: Drops

    def as_json(self) -> dict[str, Value]:
        """Plain values."""
        return {
            "source": self.source.network,
            "sourceZone": self.source.what,
            "destination": self.destination.network,
            "destinationZone": self.destination.what,
            "protocol": self.protocol,
            "port": self.port,
            "what": self.what,
            "perhaps": list(self.perhaps),
            "proposal": self.proposal.as_json() if self.proposal else None,
            **self.drops.as_json(),
        }


@dataclass(frozen=True)
class Learned:
    """``missing``: rows whose traffic was dropped; ``possible``: rows of which one end is only a name.

    Each list has the most dropped first. ``tally`` has what was counted besides; ``broken_off`` are files that end in
    the middle; ``names`` are ends of rules of which no address is known.
    """

    missing: tuple[Lacking, ...]
    possible: tuple[Lacking, ...]
    unexplained: tuple[Unexplained, ...]
    tally: Tally
    broken_off: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Value]:
        """The form that `firewall learn --format json` prints."""
        return {
            "missing": [one.as_json() for one in self.missing],
            "possible": [one.as_json() for one in self.possible],
            "unexplained": [one.as_json() for one in self.unexplained],
            "proposed": [one.proposal.as_json() for one in self.unexplained if one.proposal],
            "lines": self.lines(),
            "unknownExamples": [shown(line) for line in self.tally.unknown.examples],
            "namesWithoutAddress": list(self.names),
            "brokenOff": list(self.broken_off),
        }

    @property
    def is_foreign(self) -> bool:
        """Whether there was something to read, a damaged file perhaps, and no line of a format that is known."""
        is_empty = not self.tally.unknown.count and not self.broken_off
        return not is_empty and not sum(self.tally.totals().values())

    def lines(self) -> dict[str, Value]:
        """How many lines and packets of each kind there were."""
        totals = self.tally.totals()
        by_format, by_verdict = Counter[str](), Counter[Verdict]()
        for (name, verdict), count in totals.items():
            by_format[name] += count
            by_verdict[verdict] += count
        return {
            "read": self.tally.lines,
            "formats": {name: count for name, count in by_format.items() if count},
            "allowed": by_verdict[Verdict.ALLOWED],
            "dropped": by_verdict[Verdict.DROPPED],
            "unlabelled": by_verdict[Verdict.UNSAID],
            "otherReasons": by_verdict[Verdict.OTHER],
            "unknown": self.tally.unknown.count,
            "outside": self.tally.outside.count,
            "others": self.tally.beyond.count,
        }


@dataclass(frozen=True)
class _Flow:
    """One kind of packets, turned so that the service is the destination."""

    pair: Pair
    way: Way
    match: Match | None
    seen: Seen

    @property
    def ends(self) -> tuple[Zone, Zone]:
        if self.way.is_reply:
            return self.pair.destination, self.pair.source
        return self.pair.source, self.pair.destination

    @property
    def is_within(self) -> bool:
        return bool(self.pair.source.network and self.pair.destination.network)


def learned(tally: Tally, broken_off: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Learned:
    """Everything that ``tally`` tells."""
    flows = [_Flow(*key, seen) for key, seen in tally.flows.items() if seen.count]
    sure = [flow for flow in flows if flow.match and flow.match.is_sure]
    by_name = [flow for flow in flows if flow.match and not flow.match.is_sure and not flow.is_within]
    rest = [flow for flow in flows if flow.is_within and not (flow.match and flow.match.is_sure)]
    return Learned(_lacking(sure), _lacking(by_name), _unexplained(rest), tally, broken_off, names)


def _lacking(flows: Iterable[_Flow]) -> tuple[Lacking, ...]:
    by_rule: dict[Rule, list[_Flow]] = {}
    for flow in flows:
        if flow.match:
            by_rule.setdefault(flow.match.rule, []).append(flow)
    found = [Lacking(rule, _drops(several)) for rule, several in by_rule.items()]
    return tuple(sorted(found, key=lambda one: -one.drops.count))


def _unexplained(flows: Iterable[_Flow]) -> tuple[Unexplained, ...]:
    alike: dict[_Kind, list[_Flow]] = {}
    for flow in flows:
        alike.setdefault((*flow.ends, flow.pair.protocol, flow.way.port), []).append(flow)
    found = [_one(kind, several) for kind, several in _gathered(alike).items()]
    return tuple(sorted(found, key=lambda one: -one.drops.count))


def _gathered(alike: dict[_Kind, list[_Flow]]) -> dict[_Kind, list[_Flow]]:
    """Many ports that systems choose by themselves, between the same ends, as one: a scan, or data connections."""
    is_high = {key: key[3] >= ephemeral_from() for key in alike}
    many = Counter(key[:3] for key in alike if is_high[key])
    found: dict[_Kind, list[_Flow]] = {}
    for key, flows in alike.items():
        is_one_of_many = is_high[key] and many[key[:3]] > _MANY
        found.setdefault((*key[:3], EPHEMERAL) if is_one_of_many else key, []).extend(flows)
    return found


def _one(kind: _Kind, flows: list[_Flow]) -> Unexplained:
    source, destination, protocol, port = kind
    fact = known(protocol, port)
    what = fact.what if fact else ""
    if port == EPHEMERAL:
        what = f"ports from {ephemeral_from()} on, which systems choose by themselves"
    elif INSIDE[1] in (source.what, destination.what):
        what = "; ".join(
            filter(None, (what, "addresses of Services never leave a host where kube-proxy or AntreaProxy runs"))
        )
    perhaps = tuple(dict.fromkeys(flow.match.rule.as_text() for flow in flows if flow.match))
    shown_port = str(port) if port >= 0 else ""
    reason = f"seen dropped: {what or 'nobody knows what listens there'}"
    ends = source.network, destination.network
    proposal = Rule(*ends, protocol, shown_port, "always", reason, fact.fact if fact else "firewall log")
    is_proposed = port != EPHEMERAL
    return Unexplained(*kind[:3], shown_port, what, perhaps, proposal if is_proposed else None, _drops(flows))


def _drops(flows: list[_Flow]) -> Drops:
    count = sum(flow.seen.count for flow in flows)
    replies = sum(flow.seen.count for flow in flows if flow.way.is_reply)
    first = min(flows, key=lambda flow: flow.seen.began).seen.first
    last = max(flows, key=lambda flow: flow.seen.ended).seen.last
    return Drops(count, replies, when(first), when(last), shown(first))
