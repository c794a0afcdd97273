"""The complete redacted log of one run of the installer."""

from __future__ import annotations

from pathlib import Path


class LogFile:
    """A file that is written as long as that is possible: an installation goes on without its log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fault = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("wb", buffering=0)
        except OSError as error:
            self._stream = None
            self._fault = self._told(error)

    def write(self, data: bytes) -> str:
        """Adds ``data``; once, when it cannot be written any more, what is to be told about it."""
        if self._stream is not None:
            try:
                self._write_all(data)
            except OSError as error:
                self.close()
                self._fault = self._told(error)
        fault, self._fault = self._fault, ""
        return fault

    def close(self) -> None:
        """Writes nothing any more."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _write_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left and self._stream is not None:
            left = left[self._stream.write(left) or 0 :]

    def _told(self, error: OSError) -> str:
        return f"{self._path}: {error.strerror}; the rest of the installer's output is not in it"
