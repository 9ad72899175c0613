"""What is being done right now: one line on standard error that the next one replaces, on a terminal alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from commands import output


@contextmanager
def line() -> Iterator[Callable[[str], None]]:
    """A function that shows a text in that line; "" takes it away, and so does the end of the context."""

    def tell(text: str) -> None:
        if output.obeys(sys.stderr):
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        tell("")
