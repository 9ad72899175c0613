"""Filters over documents and rows: reading them, and asking whether a document passes. Pure functions.

That `$not` turns the operators around follows the open-source service's source, as `comparison` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from emulator.data_api import extended_json
from emulator.data_api.comparison import OPERATORS, comparable, found
from emulator.data_api.errors import DataApiError
from emulator.data_api.extended_json import EXTENDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from emulator.data_api.comparison import Value

Document = dict[str, Any]

MAX_CONDITIONS: Final = 64
MAX_VALUES: Final = 100
"""Of `$in` and `$nin`."""

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
