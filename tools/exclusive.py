"""One set-up at a time: a lock that the operating system frees even when its holder is killed.

Child processes started with `close_fds=False` inherit it, so that a download or build which outlives a killed set-up is
waited for instead of being run into.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock at `path`; where another process holds it, say so once and wait."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this project is running: waiting for it to finish.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.set_inheritable(lock.fileno(), True)  # noqa: FBT003 - the function takes it by position only
        yield
