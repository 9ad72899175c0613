"""The end of every command's help: calls of it, and its exit codes."""

from __future__ import annotations


def examples(*calls: str) -> str:
    """The epilog of a command whose only failure is that it could not be done.

    Args:
        calls: what follows `vectorize emulator`, each in a line of its own.
    """
    lines = "\n".join(f"  vectorize emulator {call}" for call in calls)
    # \b is click's own mark for lines that must stay lines.
    return f"\b\nExamples:\n{lines}\n\n\b\nExit codes: 0 done; 1 could not be done."
