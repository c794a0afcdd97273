"""Whether something listens at an address."""

from __future__ import annotations

import errno
import socket
from enum import Enum, auto


class Reach(Enum):
    """What became of a connection. ``REFUSED``: a host is there, and nothing listens at the port."""

    OPEN = auto()
    REFUSED = auto()
    SILENT = auto()


_RESET = (errno.ECONNREFUSED, errno.ECONNRESET)


def reach(address: str, port: int, seconds: float) -> Reach:
    """One connection by TCP, closed at once. No way, no host and no answer are all silence."""
    try:
        with socket.create_connection((address, port), timeout=seconds):
            return Reach.OPEN
    except OSError as error:
        return Reach.REFUSED if error.errno in _RESET else Reach.SILENT
