"""Calls that may hang, such as those of the system's resolver: each in a thread that nobody waits for at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
A = TypeVar("A")


class _Task(Generic[T]):
    """A call that has been started. The thread is a daemon: a process can end while it hangs."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._results: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self, seconds: float | None = None) -> T:
        self._thread.join(seconds)
        if self._error is not None:
            raise self._error
        if not self._results:
            raise TimeoutError
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._call())
        except BaseException as error:  # noqa: BLE001 (raised again by whoever waits)
            self._error = error


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; TimeoutError where it does neither in time. It is left to itself then."""
    return _Task(call).result(seconds)


def each(call: Callable[[A], T], items: Sequence[A]) -> list[T]:
    """``call`` for every item, all at once; the results in the order of the items, or the first error."""
    tasks = [_Task(lambda item=item: call(item)) for item in items]
    return [task.result() for task in tasks]
