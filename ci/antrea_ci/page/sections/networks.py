"""The networks, drawn to scale, with what they overlap."""

from __future__ import annotations

from collections.abc import Sequence

from antrea_ci.page.collect.networks import Networks, Range
from antrea_ci.page.drawing.bars import network_bar
from antrea_ci.page.markup import Child, Markup, element, fragment
from antrea_ci.page.parts import badge, cell, code, named, nothing, row, section
from antrea_ci.page.words import power, short_power
from antrea_ci.wording import count

# The step of the grid in bits, by address family.
_STEPS = {4: 4, 6: 16}
_LEGEND = (
    ("machine", "machines"),
    ("nodes", "cluster: nodes"),
    ("pods", "cluster: addresses of a node's pods"),
    ("service", "Services"),
    ("internal", "used by hosts or Antrea themselves"),
    ("mark", "API and ingress addresses"),
)


def networks_section(networks: Networks) -> Markup:
    """A picture for each address family that the cluster has."""
    pictures = [_picture(version, found) for version in (4, 6) if (found := networks.of(version))]
    unread = None
    if networks.unread:
        unread = nothing("Not drawn, because it is no network or address: ", ", ".join(networks.unread))
    legend = element("ul", [_sample(kind, text) for kind, text in _LEGEND], class_="legend")
    lead = _lead(networks, len(pictures))
    return section("networks", "Networks", legend, pictures, unread, lead=lead)


def _sample(kind: str, text: str) -> Markup:
    return element("li", element("span", class_=f"swatch {kind}", aria_hidden="true"), text)


def _lead(networks: Networks, families: int) -> str:
    stack = "Dual stack. " if families > 1 else ""
    meets = len(networks.overlapping)
    told = f"{count(meets, 'network')} overlap others." if meets else "No network overlaps another."
    return f"{stack}{told}"


def _picture(version: int, ranges: Sequence[Range]) -> Markup:
    step = _STEPS[version]
    width = -(-max(one.bits for one in ranges) // step) * step
    caption = (
        f"IPv{version}, by address. A bar is as long as its network has bits of address: "
        f"from one line to the next there are {power(step)} times as many addresses."
    )
    axis = element("span", [element("span", short_power(at)) for at in range(step, width + 1, step)], class_="axis")
    heads = (("Network", ""), ("To scale", "drawn"), ("Addresses", "number"), ("Overlaps", ""))
    head = [element("th", title, axis if kind == "drawn" else None, scope="col", class_=kind) for title, kind in heads]
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", head)),
        element("tbody", [_row(one, width, step) for one in ranges]),
        class_="scale",
    )


def _row(one: Range, width: int, step: int) -> Markup:
    label = f"{one.name} {one.network}: {power(one.bits)} addresses, {_rooms(one) or one.note or 'no parts'}"
    name = named(element("span", one.name, class_="name"), code(one.network), _note(one))
    meets: Child = [badge(other, "bad") for other in one.meets] or element("span", "nothing", class_="quiet")
    bar = network_bar(one, width, step, label)
    return row(name, cell(bar, kind="drawn"), cell(power(one.bits), kind="number"), cell(meets, kind="meets"))


def _note(one: Range) -> Child:
    parts = [part for part in (_rooms(one), one.note) if part]
    marks = [fragment(mark.name, " ", code(mark.address)) for mark in one.marks]
    notes = [element("span", part, class_="quiet") for part in [*parts, *marks]]
    return notes or None


def _rooms(one: Range) -> str:
    if one.pod_bits < 0:
        return ""
    return f"room for {power(one.node_bits)} nodes, {power(one.pod_bits)} addresses for the pods of each"
