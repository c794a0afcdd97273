"""Lines of log files of any size: in blocks, compressed or not, whatever bytes they have."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, cast

from antrea_ci.errors import AntreaGitopsError

_BLOCK = 1 << 20
LONGEST = 1 << 12
"""Bytes of a line; a longer one is no firewall's."""
_CUT = 40  # of a longer one: enough to be shown, too little to be read
_GZIP = b"\x1f\x8b"


class BrokenOffError(Exception):
    """A compressed file ends in the middle, or is damaged there; what came before has been read."""


def opened(path: Path) -> IO[bytes]:
    """The file, unpacked where its content is gzip's; AntreaGitopsError where it cannot be read."""
    try:
        if path.is_dir():
            raise AntreaGitopsError(f"{path} is a folder", fix="name the log files in it")
        return unpacked(path.open("rb"))
    except OSError as error:
        raise AntreaGitopsError(f"{path} cannot be read: {error.strerror}") from None


def unpacked(stream: IO[bytes]) -> IO[bytes]:
    """What ``stream`` holds, or what is packed in it."""
    peek = getattr(stream, "peek", None)
    head = bytes(cast("bytes", peek(2)))[:2] if callable(peek) else b""
    return cast("IO[bytes]", gzip.GzipFile(fileobj=stream)) if head == _GZIP else stream


def blocks(stream: IO[bytes]) -> Iterator[list[bytes]]:
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


def _next(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(_BLOCK)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenOffError(str(error)) from None


def _behind_line(stream: IO[bytes]) -> bytes:
    """Reads on to the end of a line that is too long; what has been read of the next one."""
    while block := _next(stream):
        _, end, rest = block.partition(b"\n")
        if end:
            return rest
    return b""


def read_logs(
    logs: Sequence[Path | IO[bytes]], count: Callable[[list[bytes]], None], broken_off: Callable[[str], None]
) -> None:
    """Gives every line of these files or streams to ``count``, and the name of one that is broken to ``broken_off``.

    AntreaGitopsError where a file cannot be read.
    """
    for log in logs:
        is_path = isinstance(log, Path)
        stream = opened(log) if is_path else unpacked(log)
        try:
            for block in blocks(stream):
                count(block)
        except BrokenOffError:
            broken_off(str(log) if is_path else "-")
        finally:
            if is_path:
                stream.close()
