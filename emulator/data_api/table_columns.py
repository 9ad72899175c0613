"""The columns of a table: reading their types, and what the service makes of them. Pure functions.

Unverified, since it follows from the open-source service's source alone: what can stand in lists, sets and maps, and what
is answered to user-defined types, which the emulator has not (a type of that name never exists).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from emulator.data_api import fields, vector_service
from emulator.data_api.errors import DataApiError, SchemaChangeFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Check = Callable[[dict[str, Any], int | None], tuple[dict[str, Any], int]]

Column = dict[str, Any]
Columns = dict[str, Column]

PRIMITIVE: Final = (
    *("ascii", "bigint", "blob", "boolean", "date", "decimal", "double", "duration", "float", "inet"),
    *("int", "smallint", "text", "time", "timestamp", "tinyint", "uuid", "varint"),
)
"""Types a column can be made with by name alone."""

READ_ONLY: Final = ("counter", "timeuuid")
"""Known, but no column can be made with them."""

CONTAINERS: Final = ("list", "map", "set")
TYPES: Final = (*PRIMITIVE, *READ_ONLY, *CONTAINERS, "vector", "userDefined")

FIELDS: Final = ("type", "keyType", "valueType", "udtName", "dimension", "service")
"""Of a type in its long form; a field that its type has no use for is dropped (recorded for `service`)."""

WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")

SUPPORT: Final = {"createTable": True, "insert": True, "read": True, "filter": False}
"""What vector columns can and cannot do."""


def parse(value: object, path: str) -> Columns:
    """Columns in long form, as sent; all of this is refused before anybody looks whether the keyspace exists.

    Raises:
        DataApiError: REQUEST_STRUCTURE_MISMATCH, UNKNOWN_PRIMITIVE_DATA_TYPE, UNKNOWN_DATA_TYPE, COMMAND_FIELD_UNKNOWN,
            UNSUPPORTED_VECTOR_DIMENSION, INVALID_USER_DEFINED_TYPE_NAME.

    """
    return {name: _parse_type(item, f"{path}.{name}") for name, item in fields.any_object(value, path).items()}


def _parse_type(value: object, path: str) -> Column:
    name = value.get("type") if isinstance(value, dict) else value
    if not isinstance(name, str):
        fields.mismatch(path, "the name of a type, or an object with a type")
    if name not in TYPES:
        code = "UNKNOWN_DATA_TYPE" if isinstance(value, dict) else "UNKNOWN_PRIMITIVE_DATA_TYPE"
        raise DataApiError(code, f"The column {path} has the unknown type {name}.")
    sent: dict[str, Any] = value if isinstance(value, dict) else {}
    fields.structure(sent, path, FIELDS)
    column: Column = {"type": name}
    if name in CONTAINERS:
        parts = ("keyType", "valueType") if name == "map" else ("valueType",)
        column |= {part: _parse_type(sent[part], f"{path}.{part}") for part in parts if part in sent}
    elif name == "userDefined":
        if not isinstance(sent.get("udtName"), str) or not sent["udtName"].strip():
            raise DataApiError("INVALID_USER_DEFINED_TYPE_NAME", f"The column {path} needs a udtName.")
        column["udtName"] = sent["udtName"]
    elif name == "vector":
        column["dimension"] = _dimension(sent, path)
        service = vector_service.parse(sent.get("service"), f"{path}.service")
        column |= {} if service is None else {"service": service}
    return column


def _dimension(sent: Mapping[str, Any], path: str) -> int | None:
    """Recorded: a numeric string is read, a fraction is not (unlike a collection's), and null is no number."""
    value = sent.get("dimension", "")
    if isinstance(value, (dict, list)) or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not WHOLE_NUMBER.fullmatch(str(value)):
        raise DataApiError("UNSUPPORTED_VECTOR_DIMENSION", f"The column {path} cannot have the dimension {value}.")
    return int(value)


def complete(columns: Columns, check: Check) -> Columns:
    """The columns as listTables explains them, in the order in which they were sent.

    Args:
        columns: what `parse` returned.
        check: validates a service and a dimension, and returns both completed (`vector_service.complete`).

    Raises:
        DataApiError: MISSING_DIMENSION_IN_VECTOR_COLUMN, UNSUPPORTED_VECTOR_DIMENSION, UNSUPPORTED_LIST_DEFINITION,
            ..._MAP_..., ..._SET_..., what `check` raises; UNEXPECTED_SERVER_ERROR for a column without a name (recorded).

    """
    completed = {}
    for name, column in columns.items():
        if not name.strip():
            raise DataApiError("UNEXPECTED_SERVER_ERROR", "A column has no name.")
        completed[name] = _complete_vector(name, column, check) if column["type"] == "vector" else _complete(name, column)
    return completed


def _complete_vector(name: str, sent: Column, check: Check) -> Column:
    dimension, service = sent["dimension"], {}
    if "service" in sent:
        completed, dimension = check(sent["service"], dimension)
        service = {"service": completed}
    if dimension is None:
        raise DataApiError("MISSING_DIMENSION_IN_VECTOR_COLUMN", f"Without a service, the column {name} needs a dimension.")
    if dimension <= 0:
        raise DataApiError("UNSUPPORTED_VECTOR_DIMENSION", f"The column {name} cannot have the dimension {dimension}.")
    support = {"apiSupport": {**SUPPORT, "cqlDefinition": f"vector<float, {dimension}>"}}
    return {"type": "vector", "dimension": dimension, **service, **support}


def _complete(name: str, sent: Column) -> Column:
    """Inside a list, set or map a type is written as short as it can be."""
    kind = sent["type"]
    if kind not in CONTAINERS:
        return sent
    inside = {part: item["type"] if len(item) == 1 else item for part, item in sent.items() if part != "type"}
    values = inside.get("valueType") in PRIMITIVE or _is_user_defined(inside.get("valueType"))
    keys = kind != "map" or (inside.get("keyType") in PRIMITIVE and inside["keyType"] != "duration")
    if not values or not keys:
        raise DataApiError(f"UNSUPPORTED_{kind.upper()}_DEFINITION", f"The column {name} cannot be a {kind} of that.")
    return {"type": kind, **inside}


def type_of(column: Column) -> Column:
    """What a column is to the database, which knows of no service."""
    return {name: item for name, item in column.items() if name not in ("service", "apiSupport")}


def unsupported(columns: Columns) -> list[str]:
    """The columns that cannot be made, because of their types."""
    return [name for name, column in columns.items() if column["type"] in READ_ONLY]


def _is_user_defined(kind: object) -> bool:
    return isinstance(kind, dict) and kind.get("type") == "userDefined"


def refuse_user_defined(columns: Columns) -> None:
    """The database's answer, since no user-defined type is there.

    Raises:
        SchemaChangeFailed: UNKNOWN_USER_DEFINED_TYPE.

    """
    for name, column in columns.items():
        if _is_user_defined(column) or _is_user_defined(column.get("valueType")):
            raise SchemaChangeFailed("UNKNOWN_USER_DEFINED_TYPE", f"The column {name} has a type that the keyspace has not.")


def listed(names: Iterable[str]) -> str:
    """Names in a sentence."""
    return ", ".join(names) or "none"
