"""How a call of `vectorize` ends: with a sentence for what a person can mend, with a report for a bug, and with an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import click

from astra.errors import AstraError
from astra.wording import hidden, named

# As every shell tells it of a program that Ctrl-C ended.
INTERRUPTED = 130
# By which everything is printed that is printed at all.
_PRINTERS = {"click.utils", "rich.console"}


def code(call: Callable[[], Any], arguments: Sequence[str]) -> int:
    """The exit code of a call; what went wrong is said on standard error.

    Args:
        call: click's own `main`, not standalone: it raises what went wrong, and returns the code of an exit.
        arguments: of the command line, for the report of a bug.

    Returns:
        What the call ended with; 1 where something went wrong, 130 where it was interrupted.
    """
    ended = _ended(call, arguments)
    return _flushed() or ended


def _ended(call: Callable[[], Any], arguments: Sequence[str]) -> int:
    try:
        done = call()
    except SystemExit as ending:
        done = ending.code
    except click.ClickException as error:
        said = StringIO()
        error.show(said)
        # It repeats what was typed.
        return _told(hidden(said.getvalue().rstrip("\n")), error.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever it is, its report is redacted
        if isinstance(error, OSError) and _printing(error):
            return _lost(error)
        return _told(_line(error, arguments), INTERRUPTED if _by_hand(error) else 1)
    return _told(done) if isinstance(done, str) else done or 0


def _by_hand(error: Exception) -> bool:
    # Click makes one thing of Ctrl-C, of an end of the input, and of a question that was answered with no.
    return isinstance(error, click.Abort) and isinstance(error.__context__, KeyboardInterrupt)


def _line(error: Exception, arguments: Sequence[str]) -> str:
    match error:
        case click.Abort():
            return "Interrupted." if _by_hand(error) else "Aborted!"
        case AstraError():
            return f"Error: {error}"
        case OSError():
            return f"Error: {_place(error)}cannot be read or written: {error.strerror or named(error)}"
    from commands import bug_report  # noqa: PLC0415 - a bug alone needs it

    return bug_report.text(error, arguments, os.environ)


def _place(error: OSError) -> str:
    if error.filename:
        return f"{named(error.filename)}: "
    try:
        Path.cwd()
    except OSError:
        return "the current folder: "
    return ""


def _printing(error: OSError) -> bool:
    """Whether something was being printed, which the error itself does not say."""
    modules = [frame.f_globals.get("__name__") for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(modules) and modules[-1] in _PRINTERS


def _told(line: str, code: int = 1) -> int:
    with suppress(OSError):
        click.echo(line, err=True)
    return code


def _flushed() -> int:
    """Writes what is left of the output now: at the end of the process nobody could say what went wrong with it."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        return _lost(error)
    return 0


def _lost(error: OSError) -> int:
    """The exit code where standard output cannot be written any more; said once, however much was left to write."""
    give_up_output()
    # A reader that leaves early wants no more.
    return 0 if isinstance(error, BrokenPipeError) else _told(f"Error: standard output: cannot be written: {error.strerror}")


def give_up_output() -> None:
    """Has nothing more written to standard output.

    What is left of it would be tried again at the end of the process, and fail again: some versions of Python keep it.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
