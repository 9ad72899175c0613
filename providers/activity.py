"""How much of a run is under way in this process, so that a failure which is nobody else's can be told last.

The engine cancels whatever has not begun when something fails, unless it was told to continue on errors. A missing credential is
known early and concerns few: whoever needs none should be made all the same.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# For how long nothing else may have begun or ended, in seconds: between two steps the engine takes milliseconds. A guess.
QUIET = 2.0
_POLL = 0.1


class Activity:
    """The changes under way in one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes a clock in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way = 0
        self._last = clock()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Around a change."""
        self._count(+1)
        try:
            yield
        finally:
            self._count(-1)

    def wait_until_quiet(self, sleep: Callable[[float], None]) -> None:
        """From within a change: waits until nothing else is under way, and has not been for a moment.

        Others that wait here, too, count as not under way.
        """
        self._count(-1)
        try:
            while not self._quiet():
                sleep(_POLL)
        finally:
            self._count(+1)

    def _count(self, by: int) -> None:
        with self._lock:
            self._under_way += by
            self._last = self._clock()

    def _quiet(self) -> bool:
        with self._lock:
            return self._under_way == 0 and self._clock() - self._last >= QUIET
