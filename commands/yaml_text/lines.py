"""Where the lines of a text begin, as libyaml counts them. Every index is one of the text, every end is exclusive."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


def break_of(text: str) -> str:
    """How the lines of a text end: as its first one does."""
    found = BREAK.search(text)
    return found[0] if found else "\n"


class Lines:
    """The lines of a text of which the last one ends, too.

    Attributes:
        text: all of them.
        starts: where each begins, and where the last one ends.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *accumulate(map(len, text.splitlines(keepends=True)))]

    def at(self, index: int) -> int:
        """Where the line of an index begins."""
        return self.starts[bisect_right(self.starts, index) - 1]

    def after(self, index: int) -> int:
        """Where the next line begins: the index itself where a line begins there."""
        return self.starts[bisect_left(self.starts, index)]

    def within(self, begin: int, end: int) -> Sequence[int]:
        """Where each line between two beginnings of lines begins."""
        return self.starts[bisect_left(self.starts, begin) : bisect_left(self.starts, end)]

    def line(self, start: int) -> str:
        """The line that begins there, without its indentation and its end."""
        return self.text[start : self.after(start + 1)].strip()
