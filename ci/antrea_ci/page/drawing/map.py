"""The firewall as a picture: groups as boxes in columns, an arrow for all rules from one to another.

Traffic runs from left to right: who comes from outside, what it comes to, the machines, what these need. Each arrow has
a height of its own at either box, so that no two labels can meet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from antrea_ci.page.collect.traffic import Flow, Traffic
from antrea_ci.page.drawing.boxes import BOX, Box, boxes
from antrea_ci.page.markup import Markup, element
from antrea_ci.page.words import by_protocol, several
from antrea_ci.wording import count

_TURN = 34  # how far an arrow runs straight before it turns
_LABEL = 112
_MARGIN = 14
_LANE = 15
_MOST_PORTS = 24


@dataclass(frozen=True)
class _End:
    """Where an arrow touches a box, and to which side it leaves: 1 for right, -1 for left."""

    x: float
    y: float
    side: int


def picture(traffic: Traffic) -> Markup:
    """The whole picture; the table beside it says the same in words."""
    placed = boxes(traffic)
    between = [flow for flow in traffic.flows if flow.source != flow.destination]
    lanes = _lanes(between, placed)
    height = max([*(box.bottom for box in placed.values()), *lanes.values()]) + _MARGIN
    width = max(box.x for box in placed.values()) + BOX + 1
    ends = _ends(between, placed, lanes)
    arrows = [_arrow(flow, *ends[flow], lanes.get(flow, 0), placed) for flow in between]
    return element(
        "svg",
        element("title", "Traffic that firewalls have to let through"),
        element(
            "desc", f"{count(len(placed), 'group')}, {count(len(arrows), 'arrow')}; the table below has every rule."
        ),
        [arrow for arrow, _ in arrows],
        [box.drawn() for box in placed.values()],
        [label for _, label in arrows],
        viewBox=f"-1 -1 {width + 1:.0f} {height + 1:.0f}",
        width=f"{width + 1:.0f}",
        class_="traffic",
        role="img",
        aria_label="Traffic between groups, as arrows; the table below has every rule",
    )


def _lanes(flows: Sequence[Flow], placed: Mapping[str, Box]) -> dict[Flow, float]:
    """The heights of those that pass columns by: below what is in these, one under the other."""
    bottoms: dict[Flow, float] = {}
    for flow in flows:
        low, high = sorted((placed[flow.source].column, placed[flow.destination].column))
        passed = [box.bottom for box in placed.values() if low < box.column < high]
        if passed:
            bottoms[flow] = max(passed)
    found: dict[Flow, float] = {}
    last = 0.0
    for flow, bottom in sorted(bottoms.items(), key=lambda item: item[1]):
        found[flow] = last = max(bottom + _MARGIN, last + _LANE)
    return found


def _ends(
    flows: Sequence[Flow], placed: Mapping[str, Box], lanes: Mapping[Flow, float]
) -> dict[Flow, tuple[_End, _End]]:
    """Both ends of each arrow. At a side of a box they are in the order of the heights that they lead to."""
    sides: dict[tuple[str, int], list[tuple[float, int]]] = {}
    for number, flow in enumerate(flows):
        source, destination = placed[flow.source], placed[flow.destination]
        leaves, enters = _sides(source, destination)
        sides.setdefault((flow.source, leaves), []).append((lanes.get(flow, destination.y), number))
        sides.setdefault((flow.destination, enters), []).append((lanes.get(flow, source.y), number))
    order = {(*side, number): index for side, found in sides.items() for index, (_, number) in enumerate(sorted(found))}

    def end(key: str, side: int, number: int) -> _End:
        return _End(placed[key].edge(side), placed[key].slot(order[key, side, number]), side)

    found: dict[Flow, tuple[_End, _End]] = {}
    for number, flow in enumerate(flows):
        leaves, enters = _sides(placed[flow.source], placed[flow.destination])
        found[flow] = end(flow.source, leaves, number), end(flow.destination, enters, number)
    return found


def _sides(source: Box, destination: Box) -> tuple[int, int]:
    if destination.column > source.column:
        return 1, -1
    return (-1, 1) if destination.column < source.column else (1, 1)


def _arrow(flow: Flow, start: _End, end: _End, lane: float, placed: Mapping[str, Box]) -> tuple[Markup, Markup]:
    """The line with its head, and its label beside the box that it leads to."""
    tip = end.x + end.side * 2
    before = end.x + end.side * _LABEL
    path = _around(start, end, lane, before, placed) if lane else _across(start, end, before)
    head = f"M{tip:.0f} {end.y:.0f}l{end.side * 8} -4.5v9z"
    told = f"{', '.join(by_protocol(flow.ports))}: {'; '.join(flow.reasons)}"
    drawn = element(
        "g",
        element("title", told),
        element("path", d=f"{path}H{tip + end.side * 6:.0f}", class_=f"flow {flow.phase}"),
        element("path", d=head, class_=f"head {flow.phase}"),
    )
    x = end.x + end.side * 14
    anchor = "start" if end.side > 0 else "end"
    return drawn, element("text", _ports(flow), x=f"{x:.0f}", y=f"{end.y - 4:.0f}", text_anchor=anchor, class_="label")


def _across(start: _End, end: _End, before: float) -> str:
    """To the next column, or back beside the same one."""
    turn = (start.x + before) / 2 if start.side != end.side else max(start.x, before) + _TURN
    return f"M{start.x:.0f} {start.y:.0f}C{turn:.0f} {start.y:.0f} {turn:.0f} {end.y:.0f} {before:.0f} {end.y:.0f}"


def _around(start: _End, end: _End, lane: float, before: float, placed: Mapping[str, Box]) -> str:
    """Below the columns between."""
    low, high = sorted((start.x, end.x))
    inner = [box for box in placed.values() if low < box.x < high]
    first, last = min(box.x for box in inner), max(box.x for box in inner) + BOX
    near, far = (first, last) if start.side > 0 else (last, first)
    out, back = (start.x + near) / 2, (far + before) / 2
    return (
        f"M{start.x:.0f} {start.y:.0f}C{out:.0f} {start.y:.0f} {out:.0f} {lane:.0f} {near:.0f} {lane:.0f}"
        f"H{far:.0f}C{back:.0f} {lane:.0f} {back:.0f} {end.y:.0f} {before:.0f} {end.y:.0f}"
    )


def _ports(flow: Flow) -> str:
    """As many ports as there is room for."""
    listed = by_protocol(flow.ports)
    told = "; ".join(listed)
    if len(told) <= _MOST_PORTS:
        return told
    protocol, _, ports = listed[0].partition(" ")
    return f"{protocol} {several(ports.split(', '), 2)}".strip() if len(listed) == 1 else count(len(flow.ports), "port")
