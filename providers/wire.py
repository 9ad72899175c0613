"""The engine's wire habits, dealt with once; each was reproduced on engine 3.259 with SDK 3.272.

Numbers arrive as floats, nulls are dropped, `__provider` stands among the properties, unknown values are
objects, and an exception prints its traceback with source lines and the whole chain.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pulumi.output import Unknown as PulumiUnknown

from astra.errors import AstraError
from astra.validation import UNKNOWN, Unknown
from astra.wording import redacted

Result = TypeVar("Result")
PROVIDER_KEY = "__provider"


class Failure(Exception):
    """An AstraError as the engine prints it: the SDK leaves out the module of a builtin."""


Failure.__module__ = "builtins"
Failure.__qualname__ = Failure.__name__ = "AstraError"


def plain(value: Any) -> Any:
    """Properties as plain data: whole floats as integers, unknowns as UNKNOWN, without nulls and `__provider`."""
    if isinstance(value, PulumiUnknown):
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items() if inner is not None and key != PROVIDER_KEY}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def known(value: Any) -> bool:
    """Whether a value is known before the update runs, all the way down."""
    if isinstance(value, Mapping):
        return all(known(inner) for inner in value.values())
    if isinstance(value, list):
        return all(map(known, value))
    return not isinstance(value, Unknown)


def log(line: str) -> None:
    """A line into the stack's log, which the host's output is; one write, lest the lines of many threads get mixed up."""
    print(f"{line}\n", end="", flush=True)


def told(action: Callable[[], Result], passing: type[AstraError] | None = None) -> Result:
    """Runs an action; what fails in it reaches the user as one sentence without traceback, chain or secret."""
    try:
        return action()
    except AstraError as error:
        if passing and isinstance(error, passing):
            raise
        raise Failure(str(error)) from None
    except Exception as error:  # noqa: BLE001 - the last place that can keep a secret out of the traceback
        raise Failure(
            f"unexpected {type(error).__name__} {_place(error)}: {redacted(str(error))}. This is a "
            "mistake of astra-vectorize: please report it with this line."
        ) from None


def _place(error: BaseException) -> str:
    """Where an error was raised. By hand: the traceback module finds nothing once tracebacks are switched off."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"at {frame.tb_frame.f_code.co_name}, line {frame.tb_lineno}" if frame else "somewhere"
