"""The definition of a table: its columns and its primary key, as sent and as stored. Pure functions.

The order of the checks is the service's: the columns with their services first, the primary key after them, types that no
table can be made with after that (recorded for services and partition columns; the rest follows the open-source service's
source). So a definition whose primary key cannot be is refused, but not before its services were found good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from emulator.data_api import fields, table_columns
from emulator.data_api.errors import DataApiError, SchemaChangeFailed
from emulator.data_api.table_columns import Columns, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.data_api.table_columns import Check

NO_KEY: Final = (*table_columns.CONTAINERS, "duration")
"""Types that the database refuses in a primary key (unverified, but for vectors, which it takes)."""


class PrimaryKey(NamedTuple):
    """The columns that partition the rows, and those that sort them inside a partition (1 or -1)."""

    partition_by: list[str]
    partition_sort: dict[str, int]


class Definition(NamedTuple):
    """As sent. No primary key is a mistake that the service finds late."""

    columns: Columns
    primary_key: PrimaryKey | None


def parse(value: object) -> Definition:
    """Read a definition.

    Raises:
        DataApiError: COMMAND_FIELD_VALUE_INVALID, COMMAND_FIELD_UNKNOWN, REQUEST_STRUCTURE_MISMATCH, and what
            `table_columns.parse` raises.

    """
    sent = fields.structure(value, "definition", ("columns", "primaryKey"))
    if sent is None:
        fields.invalid("definition", None, "given")
    if "columns" not in sent:  # unverified
        fields.invalid("definition.columns", None, "given")
    columns = table_columns.parse(sent["columns"], "definition.columns")
    return Definition(columns, _parse_primary_key(sent["primaryKey"]) if "primaryKey" in sent else None)


def _parse_primary_key(value: object) -> PrimaryKey:
    path = "definition.primaryKey"
    if isinstance(value, str):
        return PrimaryKey([value], {})
    sent = fields.any_object(value, path)
    partition_by, partition_sort = sent.get("partitionBy"), sent.get("partitionSort", {})
    if not isinstance(partition_by, list) or not all(isinstance(name, str) for name in partition_by):
        fields.mismatch(f"{path}.partitionBy", "an array of names")
    if not isinstance(partition_sort, dict) or not all(type(way) is int and way in (1, -1) for way in partition_sort.values()):
        fields.mismatch(f"{path}.partitionSort", "an object of names with 1 or -1")
    return PrimaryKey(partition_by, partition_sort)


def complete(definition: Definition, check: Check) -> dict[str, Any]:
    """The definition as listTables explains it.

    Args:
        definition: what `parse` returned.
        check: validates a service and a dimension, and returns both completed (`vector_service.complete`).

    Raises:
        DataApiError: what `table_columns.complete` raises; UNKNOWN_PARTITION_SORT_COLUMNS, MISSING_PARTITION_COLUMNS,
            UNKNOWN_PARTITION_COLUMNS, UNSUPPORTED_DATA_TYPE_TABLE_CREATION; and the database's own refusals.

    """
    columns = table_columns.complete(definition.columns, check)
    key = definition.primary_key
    if key is None:
        raise DataApiError("UNEXPECTED_SERVER_ERROR", "definition.primaryKey is null.")
    _refuse_unknown("UNKNOWN_PARTITION_SORT_COLUMNS", key.partition_sort, columns)
    if not key.partition_by:
        raise DataApiError("MISSING_PARTITION_COLUMNS", "The primary key partitions by no column.")
    _refuse_unknown("UNKNOWN_PARTITION_COLUMNS", key.partition_by, columns)
    if impossible := table_columns.unsupported(columns):
        raise DataApiError("UNSUPPORTED_DATA_TYPE_TABLE_CREATION", f"No table has the types of {listed(impossible)}.")
    table_columns.refuse_user_defined(columns)
    names = [*key.partition_by, *key.partition_sort]
    if len(set(names)) != len(names) or any(columns[name]["type"] in NO_KEY for name in names):
        raise SchemaChangeFailed("INVALID_DATABASE_QUERY", f"The primary key cannot be made of {listed(names)}.")
    return {
        "columns": in_order(columns, names),
        "primaryKey": {"partitionBy": key.partition_by, "partitionSort": key.partition_sort},
    }


def _refuse_unknown(code: str, names: Mapping[str, int] | list[str], columns: Columns) -> None:
    if unknown := [name for name in names if name not in columns]:
        raise DataApiError(code, f"The primary key names {listed(unknown)}; the columns are {listed(columns)}.")


def key_columns(definition: Mapping[str, Any]) -> list[str]:
    """The names of a stored definition's primary key, those that partition first."""
    return [*definition["primaryKey"]["partitionBy"], *definition["primaryKey"]["partitionSort"]]


def in_order(columns: Columns, key: list[str]) -> Columns:
    """The database's order: the primary key as it was stated, then the others by name, upper case first."""
    return {name: columns[name] for name in (*key, *sorted(set(columns) - set(key)))}
