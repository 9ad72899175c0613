"""How values of documents compare, and where in a document they are. Pure functions.

What each operator means follows the open-source service's source: equality looks into arrays, comparisons do not and hold
between values of one kind, and what is absent is unequal to everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import extended_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = tuple[Any, ...]

ABSENT: Final = object()


def comparable(value: object) -> Value:
    """A value with its kind, so that true is not 1, and that 1 and 1.0 are the same, in JSON too."""
    if isinstance(value, dict):
        return _comparable_object(value)
    if isinstance(value, list):
        return ("array", tuple(comparable(item) for item in value))
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, (int, float)):
        return ("number", int(value) if isinstance(value, float) and value.is_integer() else value)
    return ("null",) if value is None else ("text", value)


def _comparable_object(value: Mapping[str, Any]) -> Value:
    """An object, a date, or what is compared as the text it is written with."""
    if extended_json.is_extended(value):
        ((name, written),) = value.items()
        return ("date", written) if name == "$date" else ("text", str(written))
    return ("object", tuple((name, comparable(item)) for name, item in value.items()))


def found(document: Mapping[str, Any], path: str) -> Any:
    """The value at a path as it is compared, or ABSENT. Dots lead into objects and arrays; `&.` is a dot in a name."""
    value: Any = document
    for step in steps(path):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return ABSENT
    return comparable(value)


def steps(path: str) -> list[str]:
    """The names in a path."""
    if "." not in path and "&" not in path:
        return [path]
    return [re.sub(r"&([.&])", r"\1", step) for step in re.findall(r"(?:&[.&]|[^.])+", path)]


def _equal(value: Any, operand: Value) -> bool:
    return value is not ABSENT and (value == operand or (value[0] == "array" and operand in value[1]))


def _within(value: Any, operand: tuple[Value, ...]) -> bool:
    return any(_equal(value, item) for item in operand)


def _holds(value: Any, operand: tuple[Value, ...]) -> bool:
    return value is not ABSENT and value[0] == "array" and all(item in value[1] for item in operand)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Value], bool]:
    return lambda value, operand: value is not ABSENT and value[0] == operand[0] and compare(value[1], operand[1])


OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "$eq": _equal,
    "$ne": lambda value, operand: not _equal(value, operand),
    "$in": _within,
    "$nin": lambda value, operand: not _within(value, operand),
    "$gt": _ordered(lambda value, operand: bool(value > operand)),
    "$gte": _ordered(lambda value, operand: bool(value >= operand)),
    "$lt": _ordered(lambda value, operand: bool(value < operand)),
    "$lte": _ordered(lambda value, operand: bool(value <= operand)),
    "$all": _holds,
    "$notAny": lambda value, operand: not _holds(value, operand),
    "$exists": lambda value, operand: (value is not ABSENT) == operand,
    "$size": lambda value, operand: value is not ABSENT and value[0] == "array" and len(value[1]) == operand,
}
"""By operator: of a value, or ABSENT, and an operand, whether they fit."""
