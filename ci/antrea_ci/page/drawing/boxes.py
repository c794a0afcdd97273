"""The boxes of the firewall's picture: their columns, sizes and places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.page.collect.traffic import Flow, Group, Traffic
from antrea_ci.page.markup import Markup, element
from antrea_ci.page.words import by_protocol, several

BOX = 192
SLOT = 19
_HEAD = 24
_LINE = 15
_PAD = 9
_APART = 16
_CHARACTERS = 25  # of a line in a box
_MOST_LINES = 9
# Between the columns, where labels are: those of what comes back need room too.
_GUTTERS = (132, 214, 160)
# Columns from left to right, and in each the groups from top to bottom; any other group is in the last column, before
# those at its end, which the installer's arrows reach from below.
_COLUMNS = (
    ("clients", "balancers", "gateways", "installer"),
    ("api", "ingress"),
    ("control-plane", "bootstrap", "nodes"),
)
_LAST = ("pods",)
_AT_THE_END = ("vcenters", "esxi", "prism")


@dataclass(frozen=True)
class Box:
    """A group at its place; ``lines`` below its name, with a class each."""

    group: Group
    column: int
    x: float
    y: float
    height: float
    lines: tuple[tuple[str, str], ...]

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def edge(self, side: int) -> float:
        """The x of its right (1) or left (-1) edge."""
        return self.x + BOX if side > 0 else self.x

    def slot(self, index: int) -> float:
        """The y of the n-th arrow at a side."""
        return self.y + _HEAD - 6 + index * SLOT

    def drawn(self) -> Markup:
        """The box with its texts."""
        x, start = self.x + 10, self.y + _HEAD + 12
        texts = [
            element("text", text, x=f"{x:.0f}", y=f"{start + index * _LINE:.0f}", class_=kind)
            for index, (text, kind) in enumerate(self.lines)
        ]
        name = element("text", self.group.name, x=f"{x:.0f}", y=f"{self.y + 18:.0f}", class_="name")
        full = element("title", ", ".join([self.group.name, *self.group.members]))
        kind = (
            "ours" if self.group.key in ("nodes", "pods", "control-plane", "bootstrap", "api", "ingress") else "theirs"
        )
        outline = element("rect", x=self.x, y=self.y, width=BOX, height=self.height, rx=7, class_=f"box {kind}")
        return element("g", full, outline, name, texts)


def boxes(traffic: Traffic) -> Mapping[str, Box]:
    """Every group at its place, by its key."""
    known = {group.key: group for group in traffic.groups}
    placed: dict[str, Box] = {}
    x = 0.0
    columns = [(number, column) for number, column in enumerate(_columns(known)) if column]
    for index, (number, column) in enumerate(columns):
        y = 0.0
        for key in column:
            lines = tuple(_lines(known[key], traffic.flows))
            height = max(_HEAD + len(lines) * _LINE + _PAD, _HEAD + (_slots(key, traffic) - 1) * SLOT + 12)
            placed[key] = Box(known[key], index, x, y, height, lines)
            y += height + _APART
        x += BOX + (_GUTTERS[number] if number < len(_GUTTERS) else 0)
    return placed


def _columns(known: Mapping[str, Group]) -> list[list[str]]:
    first = [[key for key in column if key in known] for column in _COLUMNS]
    taken = {*_LAST, *_AT_THE_END, *(key for column in _COLUMNS for key in column)}
    others = [key for key in known if key not in taken]
    return [*first, [key for key in (*_LAST, *others, *_AT_THE_END) if key in known]]


def _slots(key: str, traffic: Traffic) -> int:
    """How many arrows a box may have at one side."""
    touching = [flow for flow in traffic.flows if key in (flow.source, flow.destination)]
    outgoing = [flow for flow in touching if flow.destination != key]
    incoming = [flow for flow in touching if flow.source != key]
    return max(len(outgoing), len(incoming), 1)


def _lines(group: Group, flows: Sequence[Flow]) -> Iterator[tuple[str, str]]:
    """Its members, and what they say to each other."""
    members = group.members
    for name in members[:2]:
        yield (name if len(name) <= _CHARACTERS else f"{name[: _CHARACTERS - 1]}…"), "member"
    if len(members) > 2:
        yield f"and {len(members) - 2} more", "quiet"
    for flow in flows:
        if flow.source == flow.destination == group.key:
            yield "among themselves:", "quiet"
            yield from ((line, "port") for line in _wrapped(by_protocol(flow.ports)))


def _wrapped(parts: Sequence[str]) -> Iterator[str]:
    """A line for each protocol, broken between ports; the last says how much is left out."""
    lines = [line for part in parts for line in _broken(part)]
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield several(["…"], 1)


def _broken(part: str) -> Iterator[str]:
    line = ""
    for word in part.split(" "):
        if line and len(line) + len(word) + 1 > _CHARACTERS:
            yield line
            line = f"  {word}"
        else:
            line = f"{line} {word}".strip()
    yield line
