"""Reading the fields of a command as leniently, and as strictly, as the service's JSON library does.

Recorded: a number is taken for a string (`name: 5`), a numeric string or a fraction for an integer (`"1024"`,
`1024.5`), `"true"` for a boolean; null always means absent. Pure functions.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Iterable


def mismatch(path: str, expected: str) -> NoReturn:
    """Refuse a value of another JSON type."""
    raise DataApiError("REQUEST_STRUCTURE_MISMATCH", f"The field {path} must be {expected}.")


def invalid(path: str, value: object, expected: str) -> NoReturn:
    """Refuse a value of the right type."""
    raise DataApiError("COMMAND_FIELD_VALUE_INVALID", f"The field {path} must be {expected}, not {json.dumps(value)}.")


def structure(value: object, path: str, known: Iterable[str], unknown: str = "COMMAND_FIELD_UNKNOWN") -> dict[str, Any] | None:
    """An object with no other than the known fields; its null fields are left out.

    Raises:
        DataApiError: REQUEST_STRUCTURE_MISMATCH, or the `unknown` code.

    """
    if value is None:
        return None
    if not isinstance(value, dict):
        mismatch(path, "an object")
    fields = tuple(known)
    for name in value:
        if name not in fields:
            raise DataApiError(unknown, f"The field {name} is not known in {path}, which has {', '.join(fields)}.")
    return {name: item for name, item in value.items() if item is not None}


def text(value: object, path: str) -> str:
    """A string; other scalars are written out."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    mismatch(path, "a string")


def integer(value: object, path: str) -> int:
    """A whole number of 32 bits; fractions are cut off, numeric strings read."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        mismatch(path, "a whole number")
    try:
        number = int(value)
    except (ValueError, OverflowError):
        mismatch(path, "a whole number")
    if abs(number) >= 2**31:
        mismatch(path, "a whole number of 32 bits")
    return number


def flag(value: object, path: str) -> bool:
    """A boolean, or its name."""
    names = {"true": True, "false": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in names:
        return names[value.lower()]
    mismatch(path, "a boolean")


def texts(value: object, path: str) -> list[str]:
    """An array of strings."""
    if not isinstance(value, list):
        mismatch(path, "an array")
    return [text(item, path) for item in value]


def any_object(value: object, path: str) -> dict[str, Any]:
    """An object with any fields."""
    if not isinstance(value, dict):
        mismatch(path, "an object")
    return value


def option(command: dict[str, Any], name: str) -> bool:
    """The one option, a boolean, that a command has; false unless told."""
    options = structure(command.get("options"), "options", (name,)) or {}
    return flag(options.get(name, False), f"options.{name}")
