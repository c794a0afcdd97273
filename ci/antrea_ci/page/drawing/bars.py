"""Bars: networks by their bits, steps by their seconds. They stretch with the page, so no text is in them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from antrea_ci.page.collect.networks import Range
from antrea_ci.page.markup import Markup, element

_HEIGHT = 10
_WIDTH = 100
_THINNEST = 0.3


def network_bar(one: Range, width: int, step: int, label: str) -> Markup:
    """A network of ``width`` bits at most; a line each ``step`` bits. Of a cluster network, nodes and their pods.

    An address stands where the addresses before it end.
    """
    if one.pod_bits >= 0:
        shapes = [_bar(0, one.node_bits, "nodes"), _bar(one.node_bits, one.pod_bits, "pods")]
    else:
        shapes = [_bar(0, one.bits, "")]
    marks = [_line(math.log2(mark.offset + 1), "mark") for mark in one.marks]
    grid = [_line(at, "grid") for at in range(0, width + 1, step)]
    return _svg(width, [*grid, *shapes, *marks], f"bar {one.role}{' meets' if one.meets else ''}", label)


def seconds_bar(start: float, seconds: float, whole: float, label: str, kind: str) -> Markup:
    """A step that began after ``start`` seconds and took ``seconds``; ``whole`` is as wide as the picture."""
    scale = _WIDTH / whole if whole else 0
    width = max(scale * seconds, _THINNEST)
    shapes = [_line(at, "grid") for at in range(0, _WIDTH + 1, _WIDTH // 4)]
    return _svg(_WIDTH, [*shapes, _bar(min(scale * start, _WIDTH - width), width, "")], f"bar {kind}", label)


def _bar(start: float, width: float, kind: str) -> Markup:
    return element("rect", x=float(start), y=1, width=float(width), height=_HEIGHT - 2, class_=f"fill {kind}".strip())


def _line(at: float, kind: str) -> Markup:
    return element("path", d=f"M{at:.2f} 0V{_HEIGHT}", class_=kind, vector_effect="non-scaling-stroke")


def _svg(width: int, shapes: Iterable[Markup], kind: str, label: str) -> Markup:
    return element(
        "svg",
        element("title", label),
        shapes,
        class_=kind,
        viewBox=f"0 0 {width} {_HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
        focusable="false",
    )
