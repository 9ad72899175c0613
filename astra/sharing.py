"""Reads that many threads want at the same time, made once for all of them, and never stale.

A read serves everybody who asked before it began; who asks while it runs waits for the next one. So a
caller that has just changed something always gets an answer that was begun after its change.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

Value = TypeVar("Value")


class SharedReads:
    """Runs reads one at a time per key, each for all who are waiting for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[Hashable, Future[Any]] = {}
        self._running: defaultdict[Hashable, threading.Lock] = defaultdict(threading.Lock)

    def read(self, key: Hashable, action: Callable[[], Value]) -> Value:
        """The result of a read of that key which begins after this call, by whichever caller's `action`; or its error."""
        with self._lock:
            joined = self._next.get(key)
            promise: Future[Value] = joined or self._next.setdefault(key, Future())
            turn = self._running[key]
        if joined is None:
            with turn:
                with self._lock:
                    del self._next[key]
                try:
                    promise.set_result(action())
                except BaseException as error:  # noqa: BLE001 - whatever it is, all who wait for this read get it
                    promise.set_exception(error)
        return promise.result()
