"""Filters on the rows of a table: which columns they may ask for, and what the service warns of.

The checks and their order are those of the open-source service's source (unverified).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.data_api import filters, index_definition
from emulator.data_api.errors import DataApiError
from emulator.data_api.table_columns import CONTAINERS, listed
from emulator.data_api.table_definition import key_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emulator.data_api.filters import Filter

Definition = dict[str, Any]


def parse(definition: Mapping[str, Any], value: object) -> Filter:
    """A filter of a find.

    Raises:
        DataApiError: what `filters.parse` raises, UNKNOWN_TABLE_COLUMNS, UNSUPPORTED_FILTERING_FOR_COLUMN_TYPES.

    """
    wanted = filters.parse(value, key=None)
    asked = columns(wanted)
    refuse_unknown(definition, asked, "FILTER")
    if vectors := [name for name in asked if definition["columns"][name]["type"] == "vector"]:
        raise DataApiError("UNSUPPORTED_FILTERING_FOR_COLUMN_TYPES", f"Vectors cannot be filtered by: {listed(vectors)}.")
    return wanted


def columns(wanted: Filter) -> list[str]:
    """The columns a filter asks for."""
    return list(dict.fromkeys(condition.path for condition in wanted.conditions()))


def refuse_unknown(definition: Mapping[str, Any], names: Iterable[str], scope: str) -> None:
    """Whether the table has those columns.

    Raises:
        DataApiError: UNKNOWN_TABLE_COLUMNS.

    """
    if unknown := [name for name in names if name not in definition["columns"]]:
        raise DataApiError("UNKNOWN_TABLE_COLUMNS", f"The table has no columns {listed(unknown)}.", scope=scope)


def warnings(definition: Mapping[str, Any], wanted: Filter, indexes: Iterable[Definition]) -> list[dict[str, Any]]:
    """What a find is warned of: that all rows are looked at, or more of them than the primary key would have to."""
    key = key_columns(definition)
    asked = columns(wanted)
    indexed = {index_definition.column_name(index["definition"]) for index in indexes}
    if not asked:
        return [DataApiError("ZERO_FILTER_OPERATIONS", "The filter is empty: all rows were looked at.").entry()]
    if any(name not in key for name in asked):
        scalars = [name for name in asked if definition["columns"][name]["type"] not in CONTAINERS]
        missing = [name for name in scalars if name not in indexed]
        return [DataApiError("MISSING_INDEX", f"There is no index on {listed(missing)}.").entry()] if missing else []
    if gaps(definition, asked):
        return [DataApiError("INCOMPLETE_PRIMARY_KEY_FILTER", "The filter leaves out a part of the primary key.").entry()]
    return []


def gaps(definition: Mapping[str, Any], asked: Iterable[str]) -> list[str]:
    """The columns that partition and are not asked for, and those that sort before one that is asked for."""
    names = set(asked)
    partition = definition["primaryKey"]["partitionBy"]
    sorting = list(definition["primaryKey"]["partitionSort"])
    last = max((place for place, name in enumerate(sorting) if name in names), default=-1)
    return [name for name in (*partition, *sorting[: last + 1]) if name not in names]


def check_deletion(definition: Mapping[str, Any], wanted: Filter, *, one: bool) -> None:
    """Whether a filter says which rows to delete: by the primary key alone, and for one row by all of it.

    Raises:
        DataApiError: MISSING_FILTER_FOR_UPDATE_DELETE, UNKNOWN_TABLE_COLUMNS,
            UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE, UNSUPPORTED_FILTER_FOR_UPDATE_ONE_DELETE_ONE,
            MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE, INVALID_PRIMARY_KEY_FILTER.

    """
    key = key_columns(definition)
    asked = columns(wanted)
    refuse_unknown(definition, asked, "FILTER")
    if not asked:
        raise DataApiError("MISSING_FILTER_FOR_UPDATE_DELETE", "Without a filter nothing is deleted.")
    if others := [name for name in asked if name not in key]:
        raise DataApiError("UNSUPPORTED_NON_PRIMARY_KEY_FILTER_FOR_UPDATE_DELETE", f"Not in the primary key: {listed(others)}.")
    if one and any(condition.operator != "$eq" or condition.negated for condition in wanted.conditions()):
        raise DataApiError("UNSUPPORTED_FILTER_FOR_UPDATE_ONE_DELETE_ONE", "One row is found with $eq alone.")
    if one and set(key) != set(asked):
        raise DataApiError("MISSING_FULL_PRIMARY_KEY_FOR_UPDATE_DELETE", f"The primary key is {listed(key)}.")
    if not one and (missing := gaps(definition, asked)):
        raise DataApiError("INVALID_PRIMARY_KEY_FILTER", f"The filter leaves out {listed(missing)}.")
