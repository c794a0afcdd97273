"""Numbers, times and lists as people read them; nothing depends on the reader's machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from antrea_ci.page.markup import Markup, element

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXACT_BITS = 32
NONE = "\N{EN DASH}"
"""Stands where a cell has nothing to say."""


def power(bits: int) -> str:
    """Two to the power of ``bits``: ``65,536``, and ``2⁶⁴`` where nobody could read the digits."""
    return f"{2**bits:,}" if bits <= _EXACT_BITS else f"2{str(bits).translate(_SUPERSCRIPT)}"


def short_power(bits: int) -> str:
    """The same for an axis: ``256``, ``64 Ki``, ``1 Mi``."""
    if bits > _EXACT_BITS:
        return power(bits)
    unit = min(bits // 10, 3) if bits >= 16 else 0
    return f"{2 ** (bits - 10 * unit)}{('', ' Ki', ' Mi', ' Gi')[unit]}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``41m 12s``, ``1h 02m``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes}m {rest:02d}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def when(text: str) -> Markup:
    """A time of a record as ``2026-11-26 03:15 UTC``; a text that is none as it stands, and a dash for nothing."""
    if not text:
        return element("span", NONE)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return element("span", text)
    told = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    return element("time", told.strftime("%Y-%m-%d %H:%M UTC"), datetime=told.strftime("%Y-%m-%dT%H:%M:%SZ"))


def day(text: str) -> str:
    """The day alone, such as ``2026-11-26``."""
    return text[:10]


def several(items: Sequence[str], most: int) -> str:
    """The first items, and how many more there are."""
    shown = ", ".join(items[:most])
    return f"{shown} +{len(items) - most}" if len(items) > most else shown


def by_protocol(ports: Iterable[str]) -> list[str]:
    """``TCP 443``, ``TCP 80`` as ``TCP 443, 80``."""
    grouped: dict[str, list[str]] = {}
    for one in ports:
        protocol, _, port = one.partition(" ")
        grouped.setdefault(protocol, []).append(port)
    return [" ".join(filter(None, (protocol, ", ".join(filter(None, found))))) for protocol, found in grouped.items()]
