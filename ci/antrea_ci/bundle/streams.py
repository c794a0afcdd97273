"""Which kind of archive some bytes are, and decompression that never gives more than it may."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import IO, Protocol

from antrea_ci.bundle.errors import BundleError
from antrea_ci.bundle.expected import BUNDLE, Expected

MAX_ENTRIES = 2_000
MAX_TOTAL_BYTES = 256 * 1024 * 1024
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_NESTED_BYTES = 32 * 1024 * 1024

_BLOCK = 512  # of a tar archive
_CHUNK = 64 * 1024
# What `xz -9` needs, doubled: the header of an .xz file can ask for 4 GiB.
_XZ_MEMORY = 128 * 1024 * 1024

# What the decoders of the standard library raise on damaged or hostile bytes, beyond their own errors.
_DECODER_ERRORS = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    TypeError,
    AttributeError,
    MemoryError,
)


class Readable(Protocol):
    """What a decompressor reads from and is itself."""

    def read(self, size: int, /) -> bytes: ...


class Kind(Enum):
    """What the first bytes say."""

    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZIP = "zip"
    TAR = "tar"


_MAGIC = {
    b"\x1f\x8b": Kind.GZIP,
    b"BZh": Kind.BZIP2,
    b"\xfd7zXZ\x00": Kind.XZ,
    b"PK\x03\x04": Kind.ZIP,
    b"PK\x05\x06": Kind.ZIP,
}


@dataclass
class Budget:
    """What one import may still read; an archive inside the archive draws on the same one."""

    label: str
    entries: int = MAX_ENTRIES
    size: int = MAX_TOTAL_BYTES
    expected: Expected = BUNDLE

    def take_entry(self) -> None:
        self.entries -= 1
        if self.entries < 0:
            raise BundleError(
                f"{self.label}: holds more than {MAX_ENTRIES:,} entries; {self.expected.usual_entries}",
                fix=self.expected.unpack,
            )

    def take(self, size: int) -> None:
        self.size -= size
        if self.size < 0:
            raise BundleError(
                f"{self.label}: unpacks to more than {MAX_TOTAL_BYTES >> 20} MiB; {self.expected.usual_size}",
                fix=self.expected.unpack,
            )


@contextmanager
def decoding(label: str) -> Generator[None]:
    """Turns every way in which a decoder fails into one BundleError that names ``label``."""
    try:
        yield
    except BundleError:
        raise
    except EOFError:
        raise truncated(label) from None
    except _DECODER_ERRORS as error:
        reason = str(error) or type(error).__name__
        if "end of data" in reason:
            raise truncated(label) from None
        raise BundleError(f"{label}: damaged archive: {reason}", fix="download or copy it again") from None


def truncated(label: str) -> BundleError:
    """The error of an archive whose end is missing."""
    return BundleError(f"{label}: truncated: the archive ends too early", fix="download or copy it again")


def kind_of(head: bytes) -> Kind | None:
    """The kind that the first 512 bytes show; None if they are no archive."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    return Kind.TAR if is_tar(head) else None


def is_tar(head: bytes) -> bool:
    """Whether a tar archive starts with these 512 bytes (its header's checksum is right, or it is an empty archive)."""
    if len(head) < _BLOCK:
        return False
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except tarfile.TarError:
        return head[:_BLOCK].count(0) == _BLOCK
    return True


class Bounded(io.RawIOBase):
    """A decompressed stream that counts what it gives against the budget."""

    def __init__(self, source: Readable, budget: Budget) -> None:
        super().__init__()
        self._source = source
        self._budget = budget
        self._peeked = b""

    def peek(self, size: int) -> bytes:
        """The next ``size`` bytes (fewer at the end), which stay to be read."""
        while len(self._peeked) < size and (more := self._take(size - len(self._peeked))):
            self._peeked += more
        return self._peeked[:size]

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            raise ValueError("this stream is read in pieces")
        if not self._peeked:
            return self._take(size)
        data, self._peeked = self._peeked[:size], self._peeked[size:]
        return data

    def drain(self) -> None:
        """Reads to the end, because the checksum of a compressed stream stands there."""
        while self.read(_CHUNK):
            pass

    def _take(self, size: int) -> bytes:
        data = self._source.read(min(size, _CHUNK))
        self._budget.take(len(data))
        return data


def decompressed(stream: IO[bytes], kind: Kind) -> Readable:
    """The bytes behind a compression; for a tar the stream itself."""
    if kind is Kind.GZIP:
        return gzip.GzipFile(fileobj=stream)
    if kind is Kind.BZIP2:
        return bz2.BZ2File(stream)
    return _Xz(stream) if kind is Kind.XZ else stream


class _Xz:
    """lzma.LZMAFile with a limit on its memory, which the standard one cannot be given."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream: Readable = stream
        self._decoder = self._new()

    def read(self, size: int, /) -> bytes:
        while True:
            if self._decoder.eof and not self._next_stream():
                return b""
            data = b""
            if self._decoder.needs_input:
                data = self._stream.read(_CHUNK)
                if not data:
                    raise EOFError
            if result := self._decoder.decompress(data, size):
                return result

    def _next_stream(self) -> bool:
        """Whether another .xz stream follows; zero bytes between two are padding."""
        rest = self._decoder.unused_data.lstrip(b"\0")
        while not rest and (more := self._stream.read(_CHUNK)):
            rest = more.lstrip(b"\0")
        if not rest:
            return False
        # The decoder holds what it was fed last, so the rest goes to a new one before anything else is read.
        self._stream = _Chained(rest, self._stream)
        self._decoder = self._new()
        return True

    @staticmethod
    def _new() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


class _Chained:
    """Some bytes, then a stream."""

    def __init__(self, first: bytes, rest: Readable) -> None:
        self._first = io.BytesIO(first)
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        return self._first.read(size) or self._rest.read(size)
