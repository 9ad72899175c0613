"""Reads that many threads want at the same time, made once for all of them, and never older than the caller allows.

By default a read serves everybody who asked before it began; who asks while it runs waits for the next one. So a
caller that has just changed something always gets an answer that was begun after its change. A caller that looks at
many things of one listing, as a refresh does, may allow it some age; whatever this process changes ends every age.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from astra.errors import Unavailable

Value = TypeVar("Value")
# How old a listing may be, in seconds, for whoever looks at many things of one moment, as a refresh and a preview do.
SNAPSHOT = 60.0
# For what cannot change as long as the process runs.
FOR_EVER = float("inf")


@dataclass(frozen=True, slots=True)
class _Begun:
    at: float
    promise: Future[Any]


class SharedReads:
    """Runs reads one at a time per key, each for all who are waiting for it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes a clock in seconds, whose differences alone count."""
        self._clock = clock
        self._lock = threading.Lock()
        self._next: dict[Hashable, Future[Any]] = {}
        self._begun: dict[Hashable, _Begun] = {}
        self._running: defaultdict[Hashable, threading.Lock] = defaultdict(threading.Lock)

    def read(self, key: Hashable, action: Callable[[], Value], age: float = 0.0) -> Value:
        """The result of a read of that key, by whichever caller's `action`; or its error.

        Args:
            key: what is read.
            action: reads it.
            age: how many seconds before this call the read may have begun; 0 means that it begins after the call.
        """
        with self._lock:
            begun = self._begun.get(key)
            if age and begun and self._clock() - begun.at <= age:
                shared: Future[Value] = begun.promise
                turn = None
            else:
                joined = self._next.get(key)
                shared = joined or self._next.setdefault(key, Future())
                turn = None if joined else self._running[key]
        if turn:
            with turn:
                self._begin(key, shared)
                try:
                    shared.set_result(action())
                except BaseException as error:  # noqa: BLE001 - whatever it is, all who wait for this read get it
                    self._forget(key, shared)
                    shared.set_exception(error)
        return shared.result()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around a request that changes something: no read that began before its end serves anybody who asks after it.

        One that was refused has changed nothing; one whose outcome is open may have.
        """
        try:
            yield
        except Unavailable:
            self._expire()
            raise
        self._expire()

    def _expire(self) -> None:
        with self._lock:
            self._begun.clear()

    def _begin(self, key: Hashable, promise: Future[Any]) -> None:
        with self._lock:
            del self._next[key]
            self._begun[key] = _Begun(self._clock(), promise)

    def _forget(self, key: Hashable, promise: Future[Any]) -> None:
        with self._lock:
            if (begun := self._begun.get(key)) and begun.promise is promise:
                del self._begun[key]
