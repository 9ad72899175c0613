"""The one exception that set-up and its neighbours report as a sentence instead of a traceback."""

import errno
from collections.abc import Mapping

AGAIN = "run the same command again: it carries on where it stopped"


class Failure(Exception):
    """Something the reader can put right; its text says what failed and what to do next."""


def of_operating_system(error: OSError) -> str:
    """The sentence for a disk or permission error that no step expected."""
    place = error.filename or "the project's folder"
    sentences: Mapping[int | None, str] = {
        errno.ENOSPC: f"There is no space left on the disk of {place}: free some, then {AGAIN}.",
        errno.EDQUOT: f"The disk quota is used up at {place}: free some space, then {AGAIN}.",
        errno.EACCES: f"This user may not write {place}: give yourself the right to (`ls -ld {place}`), then {AGAIN}.",
        errno.EPERM: f"This user may not change {place}: give yourself the right to (`ls -ld {place}`), then {AGAIN}.",
        errno.EROFS: f"{place} is on a read-only file system: put the project where you may write, then {AGAIN}.",
    }
    return sentences.get(error.errno, f"The operating system refused {place}: {error.strerror or error}.")
