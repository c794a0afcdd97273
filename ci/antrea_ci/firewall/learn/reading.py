"""Lines of log files of any size: in blocks, compressed or not, whatever bytes they have."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase, BufferedReader
from pathlib import Path

from antrea_ci.errors import AntreaGitopsError, UsageError

_BLOCK = 1 << 20
LONGEST = 1 << 12
"""Bytes of a line; a longer one is no firewall's."""
_CUT = 40  # of a longer one: enough to be shown, too little to be read
_GZIP = b"\x1f\x8b"


class BrokenOffError(Exception):
    """A compressed file ends in the middle, or is damaged there; what came before has been read."""


def opened(path: Path) -> BufferedReader:
    """The file; AntreaGitopsError where it cannot be read, UsageError for a folder."""
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder", fix="name the log files in it")
        return path.open("rb")
    except OSError as error:
        raise AntreaGitopsError(f"{path} cannot be read: {error.strerror}") from None


def unpacked(stream: BufferedIOBase) -> BufferedIOBase:
    """What ``stream`` holds, or what is packed in it by gzip, as its content tells."""
    peek: object = getattr(stream, "peek", None)
    head: object = peek(2) if callable(peek) else b""
    is_packed = isinstance(head, bytes) and head[:2] == _GZIP
    return gzip.GzipFile(fileobj=stream) if is_packed else stream


def blocks(stream: BufferedIOBase) -> Iterator[list[bytes]]:
    """All lines without their ends, block by block; only the beginning of one that is longer than LONGEST.

    BrokenOffError behind the last line of a damaged file.
    """
    rest = b""
    while block := _next(stream):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        yield _trimmed(lines, has_returns=b"\r" in block)
        if len(rest) > LONGEST:
            yield [rest[:_CUT]]
            rest = _behind_line(stream)
    if rest:
        yield [rest]


def _trimmed(lines: list[bytes], *, has_returns: bool) -> list[bytes]:
    if has_returns:
        lines = [line.rstrip(b"\r") for line in lines]
    if max(map(len, lines), default=0) > LONGEST:
        lines = [line if len(line) <= LONGEST else line[:_CUT] for line in lines]
    return lines


def _next(stream: BufferedIOBase) -> bytes:
    try:
        return stream.read1(_BLOCK)  # of a damaged file everything before the damage
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenOffError(str(error)) from None


def _behind_line(stream: BufferedIOBase) -> bytes:
    """Reads on to the end of a line that is too long; what has been read of the next one."""
    while block := _next(stream):
        _, end, rest = block.partition(b"\n")
        if end:
            return rest
    return b""


def read_logs(
    logs: Sequence[Path | BufferedIOBase], count: Callable[[list[bytes]], None], broken_off: Callable[[str], None]
) -> None:
    """Gives every line of these files or streams to ``count``, and the name of one that is broken to ``broken_off``.

    AntreaGitopsError where a file cannot be read.
    """
    for log in logs:
        if not isinstance(log, Path):
            _read(log, "-", count, broken_off)
            continue
        with opened(log) as stream:
            _read(stream, str(log), count, broken_off)


def _read(
    stream: BufferedIOBase, name: str, count: Callable[[list[bytes]], None], broken_off: Callable[[str], None]
) -> None:
    try:
        for block in blocks(unpacked(stream)):
            count(block)
    except BrokenOffError:
        broken_off(name)
