"""INT, TERM and HUP while a program of ours runs: passed on to it at once, told to whoever waits."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import TypeAlias

from antrea_ci.process import signal_group

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_Handler: TypeAlias = Callable[[int, FrameType | None], object] | int | None


class Interrupts:
    """Counts the signals that arrive; the first reaches the process group ``group`` as INT.

    Only the main thread can have handlers; elsewhere nothing is ever counted. What is ignored when we begin, as by
    nohup, stays ignored.
    """

    def __init__(self, group: int) -> None:
        self._group = group
        self._before: dict[signal.Signals, _Handler] = {}
        self._is_breakable = False
        self.count = 0
        self.wake, self._wake_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        os.set_blocking(self.wake, False)

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in _NUMBERS:
                before = signal.getsignal(number)
                if before is not signal.SIG_IGN:
                    self._before[number] = before
                    signal.signal(number, self._arrived)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.wake)
        os.close(self._wake_end)

    def call(self, callback: Callable[[], None]) -> bool:
        """Calls it; False if a signal broke it off."""
        seen = self.count
        self._is_breakable = True
        try:
            callback()
        except KeyboardInterrupt:
            if self.count == seen:
                raise
            return False
        finally:
            self._is_breakable = False
        return True

    def drain(self) -> None:
        """Makes ``wake`` unreadable until the next signal."""
        with suppress(BlockingIOError):
            os.read(self.wake, 64)

    def _arrived(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            signal_group(self._group, signal.SIGINT)
        with suppress(BlockingIOError):
            os.write(self._wake_end, b"!")
        if self._is_breakable:
            raise KeyboardInterrupt
