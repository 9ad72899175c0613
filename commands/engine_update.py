"""What has the Pulumi engine change a stack: a preview and an update, and what protects a resource.

An update runs in a process group of its own, and what it says goes where nobody's end can cut it: whoever started it may be
killed without it. A signal that ends this process is handed on, and the engine ends as it sees fit.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import IO, Any, Self

from astra.wording import named
from commands import engine

LOSS_VARIABLE = "VECTORIZE_ALLOW_DATA_LOSS"
# As providers/session.py.
ADOPTION_VARIABLE = "VECTORIZE_ADOPT"
_HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# How many of the engine's errors are repeated in a sentence.
_MOST = 3
_LOCKED = "is currently locked"
# How a line of its diagnostics begins, and what of it is of Python; then what says no more than the exit code.
_ERROR, _RAISED = "error: ", "AstraError: "
_SUMMARIES = ("update failed", "preview failed")


def previewed(stack: str, losses: Iterable[str], token: str) -> None:
    """Has the engine say what an update would do, and refuse what it would refuse. Parameters and errors as of `updated`."""
    _run(["preview"], stack, losses, token, f"preview {named(stack)}")


def updated(stack: str, message: str, losses: Iterable[str], token: str) -> None:
    """Brings a stack up.

    Args:
        stack: its name.
        message: for the stack's history.
        losses: addresses of what may be lost in this run; nothing else may but what the environment file allows.
        token: of now, which is hidden in what is shown; "" for none.

    Raises:
        EngineError: it failed. What the engine said is on standard error.
    """
    _run(["up", "--yes", "--skip-preview", "--message", message], stack, losses, token, f"update {named(stack)}")


def adopted(stack: str, databases: Mapping[str, str], token: str) -> None:
    """Has a stack take over what stands as its environment file declares it; nothing is written to the service.

    Args:
        stack: its name.
        databases: ids of those to take over, by their logical names.
        token: as of `updated`.

    Raises:
        EngineError: it failed; what was taken over by then stays so. What the engine said is on standard error.
    """
    call = ["up", "--yes", "--skip-preview", "--message", "vectorize import"]
    _run(call, stack, (), token, f"take over into {named(stack)}", {ADOPTION_VARIABLE: json.dumps(databases, sort_keys=True)})


def unchanged(stack: str, token: str) -> None:
    """Has the engine prove that an update would change nothing. Raises EngineError where it would, or where that is unknown."""
    _run(["preview", "--expect-no-changes"], stack, (), token, f"prove that a preview of {named(stack)} shows no change")


def unprotect(stack: str, urns: Iterable[str]) -> None:
    """Lets the engine delete these resources, until the next update. Raises EngineError."""
    _state("unprotect", stack, urns)


def protect(stack: str, urns: Iterable[str]) -> None:
    """Takes that back. Raises EngineError."""
    _state("protect", stack, urns)


def _state(verb: str, stack: str, urns: Iterable[str]) -> None:
    if stated := list(urns):
        engine.asked(["state", verb, *stated, "--yes"], f"{verb} resources of {named(stack)}", stack)


def _run(
    arguments: list[str],
    stack: str,
    losses: Iterable[str],
    token: str,
    doing: str,
    further: Mapping[str, str] = MappingProxyType({}),
) -> None:
    call = engine.command_line(arguments, stack)
    # Whatever else the variable may say: what was not named for this promotion is not to be lost in it.
    variables = {**os.environ, LOSS_VARIABLE: ",".join(sorted(losses)), **further}
    watched = sys.stderr.isatty()
    # A file, which takes what it is given also when nobody is left to read it.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as kept:
        code = _ended(call, variables, sys.stderr if watched else kept)
        if not code:
            return
        kept.seek(0)
        said = engine.masked(kept.read(), token)
    if _LOCKED in said:
        raise engine.EngineError(
            f"cannot {doing}: another update has the lock of the stack. Wait for its end and run this again; if it was killed, "
            f"run pulumi cancel --stack {named(stack)} first."
        )
    sys.stderr.write(said)
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    # The diagnostics at its end; the lines of its progress say the same.
    errors = (line.strip().removeprefix(_ERROR) for line in said.splitlines() if line.strip().startswith(_ERROR))
    told = list(dict.fromkeys(one.removeprefix(_RAISED) for one in errors if one not in _SUMMARIES))
    why = f": {' '.join(told[:_MOST]).rstrip('.')}" if told else ""
    raise engine.EngineError(f"cannot {doing}: the engine ended {how}{why}; what it said stands on standard error")


def _ended(call: list[str], variables: Mapping[str, str], output: IO[str]) -> int:
    """The exit code of the engine; below 0 the signal that ended it."""
    sys.stderr.flush()
    with Ending() as ending:
        process = subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=variables, process_group=0)
        ending.reaches(process)
        return process.wait()


class Ending:
    """As long as the context lasts, what would end this process asks the engine to end. For the main thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}
        self._asked = False

    def __enter__(self) -> Self:
        for number in _HANDED_ON:
            self._before[number] = signal.getsignal(number)
            if self._before[number] is not signal.SIG_IGN:
                signal.signal(number, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def reaches(self, process: subprocess.Popen[bytes]) -> None:
        """From now on there is an engine that can be asked; of what was asked for before, it is told."""
        self._process = process
        if self._asked:
            process.send_signal(signal.SIGINT)

    def refuse(self) -> None:
        """Raises EngineError where this process was asked to end."""
        if self._asked:
            raise engine.EngineError("this was asked to end, and nothing more was begun")

    def _ask(self, _number: int, _frame: object) -> None:
        self._asked = True
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
