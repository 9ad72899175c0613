"""Filters over documents and rows: reading them, and asking whether a document passes. Pure functions.

What each operator means follows the open-source service's source: equality looks into arrays, comparisons do not and hold
between values of one kind, `$not` turns the operators around, and what is absent is unequal to everything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from emulator.data_api import extended_json
from emulator.data_api.errors import DataApiError
from emulator.data_api.extended_json import EXTENDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Document = dict[str, Any]
Value = tuple[Any, ...]

MAX_CONDITIONS: Final = 64
MAX_VALUES: Final = 100
"""Of `$in` and `$nin`."""

ABSENT: Final = object()

TURNED: Final = {
    "$eq": "$ne",
    "$in": "$nin",
    "$gt": "$lte",
    "$lt": "$gte",
    "$all": "$notAny",
    "$ne": "$eq",
    "$nin": "$in",
    "$lte": "$gt",
    "$gte": "$lt",
    "$notAny": "$all",
}
"""What `$not` makes of an operator; `$exists` and `$size` turn their answer around."""

SPECIAL: Final = ("$vector", "$vectorize")
"""Fields that can be asked for with `$exists` alone."""


class Condition(NamedTuple):
    """One comparison: of the value at a path with an operand; `negated` turns the answer around."""

    path: str
    operator: str
    operand: Any
    negated: bool = False

    def passes(self, document: Mapping[str, Any]) -> bool:
        """Whether a document fulfils it."""
        return OPERATORS[self.operator](found(document, self.path), self.operand) != self.negated


class Filter(NamedTuple):
    """All, or any, of its parts must pass."""

    parts: tuple[Condition | Filter, ...] = ()
    any_of: bool = False

    def passes(self, document: Mapping[str, Any]) -> bool:
        """Whether a document passes; every document passes an empty filter."""
        answers = (part.passes(document) for part in self.parts)
        return any(answers) if self.any_of and self.parts else all(answers)

    def conditions(self) -> Iterator[Condition]:
        """Every comparison in it."""
        for part in self.parts:
            if isinstance(part, Condition):
                yield part
            else:
                yield from part.conditions()

    def values_of(self, path: str) -> list[Any] | None:
        """The only values that the field can have in a document that passes, where the filter says so outright."""
        for part in self.parts if not self.any_of else ():
            if isinstance(part, Condition) and part.path == path and part.operator in ("$eq", "$in") and not part.negated:
                return [part.operand] if part.operator == "$eq" else list(part.operand)
        return None


def parse(value: object, key: str | None = "_id") -> Filter:
    """Read a filter.

    Args:
        value: as sent; null passes everything.
        key: the field by which documents are told apart, that a filter can ask for once; None for rows.

    Raises:
        DataApiError: FILTER_UNSUPPORTED_DATA_TYPE, FILTER_UNSUPPORTED_OPERATOR, FILTER_INVALID_EXPRESSION,
            FILTER_MULTIPLE_ID_FILTER, FILTER_FIELDS_LIMIT_VIOLATION. (That it is FILTER_INVALID_EXPRESSION for a date, a
            UUID or an object id that is not well written, is unverified.)

    """
    if value is None:
        return Filter()
    if not isinstance(value, dict):
        raise DataApiError("FILTER_UNSUPPORTED_DATA_TYPE", "A filter must be an object.")
    parsed = Filter(tuple(_parts(value, negated=False)))
    conditions = list(parsed.conditions())
    if key is not None and sum(condition.path == key for condition in conditions) > 1:
        raise DataApiError("FILTER_MULTIPLE_ID_FILTER", f"A filter can ask for {key} once.")
    if key is not None and _in_any(parsed, key):
        _refuse(f"{key} cannot be asked for inside $or.")
    if len(conditions) > MAX_CONDITIONS:
        raise DataApiError("FILTER_FIELDS_LIMIT_VIOLATION", f"A filter has at most {MAX_CONDITIONS} conditions.")
    return parsed


def _refuse(message: str) -> NoReturn:
    raise DataApiError("FILTER_INVALID_EXPRESSION", message)


def _in_any(part: Filter, key: str) -> bool:
    inside = [item for item in part.parts if isinstance(item, Filter)]
    at_once = part.any_of and any(isinstance(item, Condition) and item.path == key for item in part.parts)
    return at_once or any(_in_any(item, key) for item in inside)


def _parts(stated: Mapping[str, Any], *, negated: bool) -> Iterator[Condition | Filter]:
    for name, value in stated.items():
        if name in ("$and", "$or"):
            yield _joined(name, value, negated=negated)
        elif name == "$not":
            if not isinstance(value, dict):
                _refuse("$not must be an object.")
            inside = tuple(_parts(value, negated=not negated))
            yield Filter(inside, any_of=not negated and len(inside) > 1)
        else:
            yield from _conditions(name, value, negated=negated)


def _joined(name: str, value: object, *, negated: bool) -> Filter:
    """As the service's source has it, every condition of every object in `$or` is one of those of which any may pass."""
    if not isinstance(value, list):
        _refuse(f"{name} must be an array.")
    if not all(isinstance(item, dict) for item in value):
        raise DataApiError("FILTER_UNSUPPORTED_DATA_TYPE", f"{name} must be an array of objects.")
    every = tuple(part for item in value for part in _parts(item, negated=negated))
    return Filter(every, any_of=(name == "$or") != negated)


def _conditions(path: str, value: object, *, negated: bool) -> Iterator[Condition]:
    if path == "$lexical":
        raise DataApiError("NOT_IMPLEMENTED", "The emulator does not implement filters on $lexical.")
    if isinstance(value, list):
        _refuse(f"{path} cannot be compared with an array but by an operator.")
    operators = value if isinstance(value, dict) and any(name in READ for name in value) else {"$eq": value}
    for operator, operand in operators.items():
        if operator not in READ:
            raise DataApiError("FILTER_UNSUPPORTED_OPERATOR", f"There is no filter operator {operator}.")
        _check_path(path, operator)
        if wrong := extended_json.fault(operand):
            _refuse(f"{path}: {wrong}")
        if operator == "$eq":
            _refuse_unknown_operator(operand)
        turned = TURNED[operator] if negated and operator in TURNED else operator
        yield Condition(path, turned, READ[operator](operator, operand), negated=negated and operator not in TURNED)


def _refuse_unknown_operator(value: object) -> None:
    first = next(iter(value), "") if isinstance(value, dict) else ""
    if first.startswith("$") and first not in EXTENDED:
        raise DataApiError("FILTER_UNSUPPORTED_OPERATOR", f"There is no filter operator {first}.")


def _check_path(path: str, operator: str) -> None:
    if not path:
        _refuse("A path cannot be empty.")
    if path in SPECIAL and operator != "$exists":
        _refuse(f"{path} can be asked for with $exists alone.")
    if path.startswith("$") and path not in SPECIAL:
        _refuse(f"The path {path} cannot start with $.")


def _one(_: str, operand: object) -> Value:
    return comparable(operand)


def _scalar(operator: str, operand: object) -> Value:
    value = comparable(operand)
    if value[0] not in ("boolean", "number", "text", "date"):
        _refuse(f"{operator} must have a number, a text, a boolean or a date.")
    return value


def _several(operator: str, operand: object) -> tuple[Value, ...]:
    if not isinstance(operand, list):
        _refuse(f"{operator} must have an array.")
    if len(operand) > MAX_VALUES:
        _refuse(f"{operator} must have at most {MAX_VALUES} values.")
    return tuple(comparable(item) for item in operand)


def _some(operator: str, operand: object) -> tuple[Value, ...]:
    if operand == []:
        _refuse(f"{operator} must have at least one value.")
    return _several(operator, operand)


def _flag(operator: str, operand: object) -> bool:
    if not isinstance(operand, bool):
        _refuse(f"{operator} must have a boolean.")
    return operand


def _count(operator: str, operand: object) -> int:
    if isinstance(operand, bool) or not isinstance(operand, (int, float)) or operand < 0 or operand != int(operand):
        _refuse(f"{operator} must have a whole number of 0 or more.")
    return int(operand)


READ: Final[dict[str, Callable[[str, object], Any]]] = {
    **dict.fromkeys(("$eq", "$ne"), _one),
    **dict.fromkeys(("$gt", "$gte", "$lt", "$lte"), _scalar),
    **dict.fromkeys(("$in", "$nin"), _several),
    "$all": _some,
    "$exists": _flag,
    "$size": _count,
}
"""By operator: how its operand is read."""


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
