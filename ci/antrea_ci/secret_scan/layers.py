"""A file in every reading in which a secret can stand: as it is, without escapes, and what its base64 holds."""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

_ESCAPE = re.compile(rb'\\(?:\r?\n[ \t]*|["\\/nrt]|u[0-9a-fA-F]{4})')
# Line break, blank, quote, colon and equals sign: none of what is looked for can do without one of them.
_PERCENT_SIGNS = (b"%0a", b"%20", b"%22", b"%3a", b"%3d")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_COMMENT = re.compile(rb"^[ \t]*# ?", re.MULTILINE)
_OBJECT = re.compile(rb"kind[\"']?[ \t]*:[ \t]*[\"']?Secret(?![A-Za-z])")
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{20,}(?:\r?\n[ \t#>|*]*[A-Za-z0-9+/_-]{4,})*")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_NO_RUN = re.compile(rb"[^A-Za-z0-9+/_-]+")
_DEEPEST = 2
_NEIGHBOURS = 50


@dataclass(frozen=True)
class Layer:
    """One reading of a file, made from the reading ``outer``.

    ``steps`` and ``places`` lead from offsets in ``data`` to those in ``outer``. ``prose`` says that the text is for
    people, so that a weak sign is none; ``encoded`` that this was base64, where a piece has one place only.
    """

    data: bytes
    prose: bool
    outer: Layer | None = None
    steps: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    encoded: bool = False
    lower: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", self.data.lower())

    @cached_property
    def names_a_secret(self) -> bool:
        """Whether an object of the kind Secret is in it."""
        return b"secret" in self.lower and bool(_OBJECT.search(self.data))

    def place(self, offset: int) -> int:
        """The offset in the file that ``offset`` stands for."""
        if self.outer is None:
            return offset
        step = bisect_right(self.steps, offset) - 1
        return self.outer.place(self.places[step] + (0 if self.encoded else offset - self.steps[step]))


def layers(data: bytes, *, prose: bool) -> Iterator[Layer]:
    """Every reading of ``data``."""
    first = Layer(data, prose)
    yield first
    yield from _below(first, 0)


def as_utf8(data: bytes) -> bytes:
    """``data``, which Windows may have written in UTF-16, in UTF-8."""
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2])
    if encoding is None and data[1:2] == b"\0" and data[3:4] == b"\0":
        encoding = "utf-16-le"
    return data.decode(encoding, "replace").encode("utf-8", "replace") if encoding else data


def _below(layer: Layer, depth: int) -> Iterator[Layer]:
    if depth >= _DEEPEST:
        return
    for found in (_without_escapes(layer), _without_percents(layer), _without_comment_marks(layer), _decoded(layer)):
        if found:
            yield found
            yield from _below(found, depth + 1)


def _without_escapes(layer: Layer) -> Layer | None:
    """The reading of somebody who takes the file for JSON or double-quoted YAML."""
    return _replaced(layer, _ESCAPE, _unescaped) if b"\\" in layer.data else None


def _without_percents(layer: Layer) -> Layer | None:
    """The reading of a data URL, in which Ignition keeps files."""
    if not any(sign in layer.lower for sign in _PERCENT_SIGNS):
        return None
    return _replaced(layer, _PERCENT, lambda found: bytes((int(found[1:], 16),)))


def _without_comment_marks(layer: Layer) -> Layer | None:
    """The reading in which an object that was commented out is there again."""
    return _replaced(layer, _COMMENT, lambda _: b"") if layer.names_a_secret else None


def _replaced(layer: Layer, pattern: re.Pattern[bytes], instead_of: Callable[[bytes], bytes]) -> Layer | None:
    data = layer.data
    pieces: list[bytes] = []
    steps: list[int] = []
    places: list[int] = []
    end = length = 0
    for found in pattern.finditer(data):
        piece = data[end : found.start()]
        instead = instead_of(found[0])
        steps += [length, length + len(piece)]
        places += [end, found.start()]
        pieces += [piece, instead]
        length += len(piece) + len(instead)
        end = found.end()
    if not pieces:
        return None
    text = b"".join([*pieces, data[end:]])
    return Layer(text, layer.prose, layer, (*steps, length), (*places, end))


def _unescaped(escape: bytes) -> bytes:
    sign = escape[1:2]
    if sign == b"u":
        return chr(int(escape[2:], 16)).encode("utf-8", "replace")
    if sign in b"\r\n":
        return b""
    return _PLAIN.get(sign, sign)


def _decoded(layer: Layer) -> Layer | None:
    """All that looks like base64, decoded, piece after piece."""
    pieces: list[bytes] = []
    steps: list[int] = []
    places: list[int] = []
    length = 0
    for found in _RUN.finditer(layer.data):
        for start, run in _runs(found):
            piece = _from_base64(run)
            steps.append(length)
            places.append(start)
            pieces.append(piece)
            length += len(piece) + 1
    if not pieces:
        return None
    text = b"\0".join(pieces)
    return Layer(text, prose=False, outer=layer, steps=tuple(steps), places=tuple(places), encoded=True)


def _runs(found: re.Match[bytes]) -> Iterator[tuple[int, bytes]]:
    """The run over all its lines, and, unless it is long, each line alone: neighbours need not belong together."""
    run = found[0]
    if b"\n" not in run:
        yield found.start(), run
        return
    yield found.start(), _NO_RUN.sub(b"", run)
    lines = run.split(b"\n")
    offset = found.start()
    for line in lines if len(lines) <= _NEIGHBOURS else ():
        body = _NO_RUN.sub(b"", line)
        if len(body) >= 20:
            yield offset, body
        offset += len(line) + 1


def _from_base64(run: bytes) -> bytes:
    text = run.translate(_URL_SAFE)
    whole = text[: len(text) - 1] if len(text) % 4 == 1 else text
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
